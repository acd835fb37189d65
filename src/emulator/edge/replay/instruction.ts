// Pure: what an app asks for when it answers with fly-replay, in the header's form or in the JSON form (statements RP-02 to
// RP-04). Both give the same instruction.
import { z } from "zod";
import { FIELD } from "../http1/field-names.ts";
import type { Head } from "../http1/head.ts";
import { durationMs } from "../../model/duration.ts";

export interface ReplayTransform {
  /** Path and query. */
  readonly path?: string;
  /** Lower-case names. */
  readonly deleteHeaders: readonly string[];
  readonly setHeaders: readonly { readonly name: string; readonly value: string }[];
}

export interface ReplayCacheInstruction {
  /** A path, or a host and a path; requests below it take the same way. */
  readonly prefix?: string;
  readonly ttlSeconds?: number;
  readonly invalidate: boolean;
}

export interface ReplayInstruction {
  /** Region codes and aliases, in order of preference. */
  readonly regions?: readonly string[];
  readonly instance?: string;
  readonly preferInstance?: string;
  readonly app?: string;
  readonly state?: string;
  readonly elsewhere: boolean;
  readonly timeoutMs?: number;
  readonly fallback?: "force_self" | "prefer_self";
  readonly transform?: ReplayTransform;
  readonly cache?: ReplayCacheInstruction;
  readonly allowBypass: boolean;
}

/** The content type of an answer whose body is the instruction. */
export const REPLAY_JSON_TYPE = "application/vnd.fly.replay+json";

const TEXT = z.string().min(1);
const FIELD_NAME = z.string().regex(/^[!#$%&'*+.^`|~\w-]+$/);
const FIELD_VALUE = z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/);

const JsonSchema = z.strictObject({
  region: z.union([TEXT, z.array(TEXT)]).optional(),
  instance: TEXT.optional(),
  prefer_instance: TEXT.optional(),
  app: TEXT.optional(),
  state: FIELD_VALUE.optional(),
  elsewhere: z.boolean().optional(),
  timeout: TEXT.optional(),
  fallback: z.enum(["force_self", "prefer_self"]).optional(),
  transform: z
    .strictObject({
      path: z
        .string()
        .regex(/^\/[\x21\x22\x24-\x7e]*$/)
        .optional(),
      delete_headers: z.array(FIELD_NAME).optional(),
      set_headers: z.array(z.strictObject({ name: FIELD_NAME, value: FIELD_VALUE })).optional(),
    })
    .optional(),
  cache: z
    .strictObject({
      prefix: TEXT.optional(),
      ttl: z.number().nonnegative().optional(),
      ttl_secs: z.number().nonnegative().optional(),
      invalidate: z.boolean().optional(),
      allow_bypass: z.boolean().optional(),
    })
    .optional(),
  allow_bypass: z.boolean().optional(),
});

/** The cache fields that stand beside the header form. */
export interface CacheFields {
  readonly cache: string | undefined;
  readonly ttlSeconds: string | undefined;
  readonly allowBypass: string | undefined;
}

/** @returns undefined where the header does not follow the grammar */
export function parseReplayHeader(value: string, fields: CacheFields): ReplayInstruction | undefined {
  const pairs = new Map<string, string>();
  for (const part of splitOutsideQuotes(value)) {
    const text = part.trim();
    if (text === "") continue;
    const at = text.indexOf("=");
    const key = text.slice(0, Math.max(0, at)).trim();
    const given = unquote(text.slice(at + 1).trim());
    if (given === undefined || !HEADER_KEYS.has(key) || pairs.has(key)) return undefined;
    pairs.set(key, given);
  }
  const cache = cacheOf(fields);
  if (cache === "malformed" || (pairs.size === 0 && cache === undefined)) return undefined;
  return instructionOf({
    region: pairs.get("region"),
    instance: pairs.get("instance"),
    preferInstance: pairs.get("prefer_instance"),
    app: pairs.get("app"),
    state: pairs.get("state"),
    elsewhere: pairs.get("elsewhere"),
    timeout: pairs.get("timeout"),
    fallback: pairs.get("fallback"),
    cache,
    allowBypass: /^(yes|true|1)$/i.test(fields.allowBypass ?? ""),
  });
}

/** The instruction in the fields of a response, if there is one. */
export function readReplayHeader(head: Head, bytes: Buffer): ReplayInstruction | "none" | "malformed" {
  const named = (name: string): string | undefined => head.valueNamed(bytes, FIELD.replay, name);
  const value = named("fly-replay");
  if (value === undefined) return "none";
  const fields = {
    cache: named("fly-replay-cache"),
    ttlSeconds: named("fly-replay-cache-ttl-secs"),
    allowBypass: named("fly-replay-cache-allow-bypass"),
  };
  return parseReplayHeader(value, fields) ?? "malformed";
}

/** @returns undefined where the body is not such an instruction */
export function parseReplayJson(text: string): ReplayInstruction | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = JsonSchema.safeParse(value);
  if (data === undefined) return undefined;
  const { transform, cache } = data;
  const ttlSeconds = cache?.ttl ?? cache?.ttl_secs;
  return instructionOf({
    region: Array.isArray(data.region) ? data.region.join(",") : data.region,
    instance: data.instance,
    preferInstance: data.prefer_instance,
    app: data.app,
    state: data.state,
    elsewhere: data.elsewhere === true ? "true" : undefined,
    timeout: data.timeout,
    fallback: data.fallback,
    transform:
      transform === undefined
        ? undefined
        : {
            ...(transform.path === undefined ? {} : { path: transform.path }),
            deleteHeaders: (transform.delete_headers ?? []).map((name) => name.toLowerCase()),
            setHeaders: transform.set_headers ?? [],
          },
    cache:
      cache === undefined
        ? undefined
        : {
            ...(cache.prefix === undefined ? {} : { prefix: cache.prefix }),
            ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
            invalidate: cache.invalidate ?? false,
          },
    allowBypass: data.allow_bypass ?? cache?.allow_bypass ?? false,
  });
}

const HEADER_KEYS: ReadonlySet<string> = new Set([
  "region",
  "instance",
  "prefer_instance",
  "app",
  "state",
  "elsewhere",
  "timeout",
  "fallback",
]);

interface Given {
  readonly region: string | undefined;
  readonly instance: string | undefined;
  readonly preferInstance: string | undefined;
  readonly app: string | undefined;
  readonly state: string | undefined;
  readonly elsewhere: string | undefined;
  readonly timeout: string | undefined;
  readonly fallback: string | undefined;
  readonly transform?: ReplayTransform | undefined;
  readonly cache: ReplayCacheInstruction | undefined;
  readonly allowBypass: boolean;
}

function instructionOf(given: Given): ReplayInstruction | undefined {
  const regions = given.region?.split(",").map((region) => region.trim().toLowerCase());
  const timeoutMs = given.timeout === undefined ? undefined : durationMs(given.timeout);
  const { fallback, elsewhere } = given;
  if (regions?.includes("") === true || [given.instance, given.preferInstance, given.app].includes(""))
    return undefined;
  if (given.timeout !== undefined && (timeoutMs === undefined || !(timeoutMs > 0))) return undefined;
  if (fallback !== undefined && fallback !== "force_self" && fallback !== "prefer_self") return undefined;
  if (elsewhere !== undefined && elsewhere !== "true" && elsewhere !== "false") return undefined;
  // One machine is wanted or preferred, not both.
  if (given.instance !== undefined && given.preferInstance !== undefined) return undefined;
  return {
    ...(regions === undefined ? {} : { regions }),
    ...(given.instance === undefined ? {} : { instance: given.instance }),
    ...(given.preferInstance === undefined ? {} : { preferInstance: given.preferInstance }),
    ...(given.app === undefined ? {} : { app: given.app.toLowerCase() }),
    ...(given.state === undefined ? {} : { state: given.state }),
    elsewhere: elsewhere === "true",
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(given.transform === undefined ? {} : { transform: given.transform }),
    ...(given.cache === undefined ? {} : { cache: given.cache }),
    allowBypass: given.allowBypass,
  };
}

function cacheOf({ cache, ttlSeconds }: CacheFields): ReplayCacheInstruction | undefined | "malformed" {
  if (cache === undefined || cache === "") return undefined;
  if (cache.trim().toLowerCase() === "invalidate") return { invalidate: true };
  const ttl = ttlSeconds === undefined ? undefined : Number(ttlSeconds);
  if (ttl !== undefined && !(Number.isFinite(ttl) && ttl >= 0)) return "malformed";
  return { prefix: cache.trim(), ...(ttl === undefined ? {} : { ttlSeconds: ttl }), invalidate: false };
}

function splitOutsideQuotes(value: string): string[] {
  return value.match(/(?:"[^"]*"|[^;"])+/g) ?? [];
}

/** A value without its quotes; undefined where it has half of them, or a sign that needs them: a second `=` or a comma. */
function unquote(value: string): string | undefined {
  const quoted = /^"([^"]*)"$/.exec(value);
  if (quoted !== null) return quoted[1]!;
  return /["=,]/.test(value) ? undefined : value;
}
