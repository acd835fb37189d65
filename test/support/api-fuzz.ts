// Requests made from the platform's specification, valid and not, and what no answer may be.
import { expect } from "vitest";
import { type Operation, operationOf, operations, specification } from "./conformance.ts";

type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly allOf?: readonly Schema[];
};

/** A number from 0 up to 1, the same row of them for one seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ODD_TEXTS = [
  "",
  " ",
  "\0",
  "../../etc/passwd",
  "%2e%2e%2f",
  "'; DROP TABLE machines; --",
  "__proto__",
  "constructor",
  "\u{1F4A9}\u{202E}",
  "\uD800",
  "x".repeat(5_000),
  "-1",
  "1e309",
  "null",
  "10s",
  "2026-01-01T00:00:00Z",
];
const ODD_VALUES = [null, true, -1, 0, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], { a: null }, "", "\0"];
const BROKEN_BODIES = [
  "{",
  "[]",
  "null",
  "1",
  '"text"',
  '{"a":1,}',
  "\uFEFF{}",
  "\0",
  "[".repeat(10_000),
  "{}}",
  '{"__proto__":{"x":1}}',
];

export interface FuzzTarget {
  readonly baseUrl: string;
  readonly token: string;
  /** Values that exist, by the name of a path's parameter or of a body's key. */
  readonly known: Readonly<Record<string, unknown[]>>;
}

export interface FuzzResult {
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly slowest: string;
}

interface MadeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function createGenerator(known: FuzzTarget["known"], random: () => number) {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const chance = (share: number): boolean => random() < share;
  const resolve = (schema: Schema): Schema => {
    if (schema.$ref !== undefined)
      return resolve(specification.components.schemas[schema.$ref.split("/").pop()!] as Schema);
    return schema.allOf === undefined ? schema : resolve(schema.allOf[0]!);
  };
  const text = (name: string): unknown =>
    known[name] !== undefined && chance(0.7)
      ? pick(known[name])
      : chance(0.5)
        ? pick(ODD_TEXTS)
        : `word${Math.floor(random() * 50)}`;

  /** A value of the schema; sometimes one of another type. */
  const value = (given: Schema, name: string, depth: number): unknown => {
    const schema = resolve(given);
    if (chance(0.04)) return pick(ODD_VALUES);
    if (known[name] !== undefined && chance(0.6)) return pick(known[name]);
    if (schema.enum !== undefined && chance(0.9)) return pick(schema.enum);
    switch (schema.type) {
      case "integer":
      case "number":
        return chance(0.8) ? Math.floor(random() * 300) : pick([-1, 0, 65_536, 2 ** 31, 2 ** 53]);
      case "boolean":
        return chance(0.5);
      case "array":
        return depth > 6
          ? []
          : Array.from({ length: Math.floor(random() * 4) }, () => value(schema.items ?? {}, name, depth + 1));
      case "string":
        return text(name);
      default:
        if (depth > 6) return {};
        if (schema.properties !== undefined)
          return Object.fromEntries(
            Object.entries(schema.properties)
              .filter(([key]) => (known[key] === undefined ? chance(0.25) : chance(0.9)))
              .map(([key, inner]) => [key, value(inner, key, depth + 1)]),
          );
        return {
          [String(text("key"))]: value(
            typeof schema.additionalProperties === "object" ? schema.additionalProperties : {},
            "",
            depth + 1,
          ),
        };
    }
  };

  const bodyOf = (operation: Operation): string | undefined => {
    const schema = operation.requestBody?.content["application/json"]?.schema;
    if (schema === undefined) return chance(0.95) ? undefined : pick(BROKEN_BODIES);
    if (chance(0.05)) return pick(BROKEN_BODIES);
    return chance(0.03) ? undefined : JSON.stringify(value(schema, "", 0));
  };

  return (token: string): MadeRequest => {
    const name = pick(operations);
    const [method = "", template = ""] = name.split(" ");
    const operation = operationOf(name);
    const path = template.replaceAll(/\{([^}]+)\}/g, (_, key: string) => {
      // Without its app nothing of the rest could be reached.
      if (name === "DELETE /apps/{app_name}" && key === "app_name") return pick(["word1", "word2", "nobody"]);
      const chosen = known[key] !== undefined && chance(0.85) ? String(pick(known[key])) : pick(ODD_TEXTS);
      return encodeURIComponent(chosen.isWellFormed() ? chosen : "odd");
    });
    const query = new URLSearchParams();
    // Nothing here waits as long as the platform would.
    if (template.endsWith("/wait")) query.set("timeout", chance(0.8) ? "1" : "0");
    for (const parameter of operation.parameters ?? [])
      if (parameter.in === "query" && parameter.name !== "timeout" && (parameter.required === true || chance(0.3)))
        query.append(parameter.name, String(value(parameter.schema, parameter.name, 5)));
    const body = method === "GET" ? undefined : bodyOf(operation);
    return {
      method,
      path: `/v1${path}${query.size === 0 ? "" : `?${query.toString()}`}`,
      headers: {
        authorization: chance(0.97)
          ? `Bearer ${token}`
          : pick(["", "Bearer", "Bearer x", "FlyV1 fm2_x,fm2_y", "Basic eA=="]),
        ...(body === undefined ? {} : { "content-type": pick(["application/json", "application/json", "text/plain"]) }),
        ...(chance(0.1) ? { "fly-machine-lease-nonce": pick(["", "x", "5c35f65c9f95"]) } : {}),
      },
      ...(body === undefined ? {} : { body }),
    };
  };
}

const LEAKS = /node_modules|\bat (?:async )?\S+ \(|\.ts:\d+|\/opt\/hangar|\/var\/lib|\/tmp\/|SQLITE|ERR_[A-Z]/;
/** IDs that are used at a time: new ones take the place of old ones, which mostly are destroyed by then. */
const IDS_KEPT = 10;
const ID_KEYS: Readonly<Record<string, readonly string[]>> = {
  machines: ["machine_id"],
  volumes: ["volume_id", "volume", "source_volume_id"],
};

/** Remembers what a request made, so that later ones find it. */
function learn(known: FuzzTarget["known"], method: string, path: string, status: number, answer: string): void {
  const noun = /^\/v1\/apps\/one\/(machines|volumes)$/.exec(path)?.[1];
  if (method !== "POST" || status !== 200 || noun === undefined) return;
  const { id } = JSON.parse(answer) as { id: string };
  for (const key of ID_KEYS[noun] ?? []) {
    const ids = known[key] ?? [];
    ids.push(id);
    if (ids.length > IDS_KEPT) ids.shift();
  }
}

const PARALLEL = 12;
/** No request waits longer than a second by itself; the rest is the machine's load. */
const HANG_MS = 20_000;

/** Sends that many requests; fails at the first answer that is a bug. */
export async function fuzz(target: FuzzTarget, requests: number, seed: number): Promise<FuzzResult> {
  const make = createGenerator(target.known, seededRandom(seed));
  const statuses: Record<string, number> = {};
  let slowestMs = 0;
  let slowest = "";
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { method, path, headers, body } = make(target.token);
      const what = `seed ${seed}: ${method} ${path} ${(body ?? "").slice(0, 2_000)}`;
      const startedAt = performance.now();
      const response = await fetch(`${target.baseUrl}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(HANG_MS),
        ...(body === undefined ? {} : { body }),
      }).catch((error: unknown) => {
        throw new Error(`${what} was not answered`, { cause: error });
      });
      const answer = await response.text();
      learn(target.known, method, path, response.status, answer);
      const tookMs = performance.now() - startedAt;
      if (tookMs > slowestMs) [slowestMs, slowest] = [tookMs, `${method} ${path.slice(0, 200)}`];
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      expect([500, 501, 502, 503], `${what}\n${answer.slice(0, 1_000)}`).not.toContain(response.status);
      if (response.status >= 400) expect(answer.replaceAll(/"[^"]*word\d+[^"]*"/g, ""), what).not.toMatch(LEAKS);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return { statuses, slowestMs, slowest };
}
