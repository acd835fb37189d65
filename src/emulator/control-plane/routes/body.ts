// Reads and checks what a request carries.
import type { Context } from "hono";
import type { z } from "zod";
import { AppError, type AppErrorOptions } from "../../../errors/app-error.ts";
import { durationMs } from "../../model/duration.ts";

/** Brackets within brackets; the deepest configuration has about eight. */
const MAX_DEPTH = 64;

function invalid(message: string, options: AppErrorOptions = {}): AppError {
  return new AppError("REQUEST_INVALID", message, options);
}

/** Whether the JSON text nests deeper than allowed, told without building anything. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return false;
}

/** Keys whose null is kept, because clients compare what they sent with what they read back. */
const KEPT_NULLS = new Set(["force_instance_key"]);

/** The value as Go programs mean it: null is the same as nothing. @throws REQUEST_INVALID a text has a NUL */
function cleaned(value: unknown, keepNulls: boolean): unknown {
  if (typeof value === "string") {
    if (value.includes("\0")) throw invalid("invalid request: a text contains a NUL character");
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => cleaned(item, keepNulls));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== null || keepNulls || KEPT_NULLS.has(key))
      .map(([key, item]) => [cleaned(key, keepNulls), cleaned(item, keepNulls)]),
  );
}

/**
 * The body as the schema's value; an empty one is an empty object.
 * @param options `keepNulls` where null is not the same as nothing
 * @throws REQUEST_INVALID naming each wrong place
 */
export async function readBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
  { keepNulls = false }: { readonly keepNulls?: boolean } = {},
): Promise<z.infer<Schema>> {
  const text = await context.req.text();
  if (isTooDeep(text)) throw invalid(`the body nests deeper than ${MAX_DEPTH} levels`);
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw invalid("the body is not valid JSON", { cause: error });
  }
  const result = schema.safeParse(cleaned(value, keepNulls));
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.join(".").slice(0, 200) || "body"}: ${issue.message.slice(0, 200)}`);
  throw invalid(`invalid request: ${problems.join("; ")}`, { details: { problems } });
}

/** A whole number of a query parameter between bounds, or the default where it is absent. @throws REQUEST_INVALID */
export function queryNumber(context: Context, name: string, fallback: number, low: number, high: number): number {
  const text = context.req.query(name);
  if (text === undefined || text === "") return fallback;
  const value = Number(/^\d+s?$/.test(text) ? text.replace("s", "") : Number.NaN);
  if (!Number.isInteger(value) || value < low || value > high)
    throw invalid(`${name} must be a whole number from ${low} to ${high}, not "${text.slice(0, 40)}"`);
  return value;
}

/** Whether a query parameter says yes. */
export function queryFlag(context: Context, name: string): boolean {
  return ["true", "1", "yes"].includes(context.req.query(name) ?? "");
}

/** The words of a query parameter that may be repeated, or list them with commas; undefined where it is absent. */
export function queryWords(context: Context, name: string): string[] | undefined {
  const words = (context.req.queries(name) ?? []).flatMap((text) => text.split(",")).filter((word) => word !== "");
  return words.length === 0 ? undefined : words;
}

const LONGEST_MS = 86_400_000;

/** Milliseconds of a number of seconds or a Go duration. @throws REQUEST_INVALID */
export function secondsMs(name: string, value: string | number | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  const ms = typeof value === "number" || /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : durationMs(value);
  if (ms === undefined || ms > LONGEST_MS)
    throw invalid(`${name} must be a number of seconds or a duration as "10s", not "${String(value).slice(0, 40)}"`);
  return ms;
}

export interface Page<Item> {
  readonly items: Item[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

/**
 * The page of a list that `limit` and `cursor` ask for. The cursor is the last item's key, so that a page follows on
 * whatever came and went since.
 * @throws REQUEST_INVALID
 */
export function pageOf<Item>(
  context: Context,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  most = 1_000,
): Page<Item> {
  const limit = queryNumber(context, "limit", most, 1, Number.MAX_SAFE_INTEGER);
  const cursor = context.req.query("cursor") ?? "";
  const after = Buffer.from(cursor, "base64url").toString("utf8");
  const rest = cursor === "" ? items : items.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, Math.min(limit, most));
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { items: page };
  return { items: page, next: Buffer.from(keyOf(last)).toString("base64url") };
}
