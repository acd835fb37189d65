// Remembers where apps have sent requests with fly-replay, so that the next one of the same kind goes there at once
// (statements RC-01 to RC-09).
import type { ReplayCacheRule } from "../http-features.ts";
import type { ReplayInstruction } from "./instruction.ts";

/** The platform's shortest time. */
const MIN_TTL_MS = 10_000;
/** What a path cache gets whose answer names no time (undocumented). */
const DEFAULT_TTL_MS = 60_000;
/** More than this and the oldest is forgotten: keys come from clients. */
const MAX_ENTRIES = 10_000;

export interface CacheEntry {
  readonly key: string;
  readonly app: string;
  readonly instruction: ReplayInstruction;
  /** The machine that sent the request away. */
  readonly source: string;
  readonly expiresMs: number;
  readonly allowBypass: boolean;
}

/** What of a request decides whether a remembered replay fits it. */
export interface CacheQuestion {
  readonly app: string;
  /** Without a port. */
  readonly host: string;
  /** Without a query. */
  readonly path: string;
  /** Rule and value of the session that the request carries, if a rule fits. */
  readonly session: { readonly rule: ReplayCacheRule; readonly value: string } | undefined;
}

export interface ReplayCache {
  readonly size: number;
  find(question: CacheQuestion): CacheEntry | undefined;
  /** Remembers a replay, if it may be remembered. @returns whether it was */
  keep(question: CacheQuestion, instruction: ReplayInstruction, source: string): boolean;
  forget(key: string): void;
}

export function createReplayCache(nowMs: () => number): ReplayCache {
  const entries = new Map<string, CacheEntry>();
  /** Prefixes of path caches by app and host, longest first. */
  const prefixes = new Map<string, string[]>();

  const live = (key: string): CacheEntry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || entry.expiresMs > nowMs()) return entry;
    entries.delete(key);
    return undefined;
  };
  const put = (entry: CacheEntry): void => {
    entries.delete(entry.key);
    entries.set(entry.key, entry);
    if (entries.size <= MAX_ENTRIES) return;
    for (const oldest of entries.keys()) {
      entries.delete(oldest);
      break;
    }
  };

  return {
    get size() {
      return entries.size;
    },
    find({ app, host, path, session }) {
      const ofPath = prefixes.get(`${app} ${host}`)?.find((prefix) => isBelow(path, prefix));
      const byPath = ofPath === undefined ? undefined : live(pathKey(app, host, ofPath));
      return byPath ?? (session === undefined ? undefined : live(sessionKey(app, host, session.rule, session.value)));
    },
    keep({ app, host, path, session }, instruction, source) {
      if (!isCacheable(instruction)) return false;
      const common = { app, instruction, source };
      const asked = instruction.cache;
      if (asked?.prefix !== undefined) {
        const prefix = pathPrefix(asked.prefix, host);
        if (prefix === undefined || !isBelow(path, prefix)) return false;
        const ttlMs = asked.ttlSeconds === undefined ? DEFAULT_TTL_MS : asked.ttlSeconds * 1_000;
        const key = pathKey(app, host, prefix);
        put({ ...common, key, expiresMs: nowMs() + Math.max(MIN_TTL_MS, ttlMs), allowBypass: instruction.allowBypass });
        const known = prefixes.get(`${app} ${host}`) ?? [];
        if (!known.includes(prefix))
          prefixes.set(
            `${app} ${host}`,
            [...known.filter((one) => live(pathKey(app, host, one)) !== undefined), prefix].toSorted(
              (a, b) => b.length - a.length,
            ),
          );
        return true;
      }
      if (session === undefined) return false;
      const { rule, value } = session;
      const expiresMs = nowMs() + Math.max(MIN_TTL_MS, rule.ttlSeconds * 1_000);
      put({ ...common, key: sessionKey(app, host, rule, value), expiresMs, allowBypass: rule.allowBypass });
      return true;
    },
    forget: (key) => void entries.delete(key),
  };
}

/** RC-05 */
function isCacheable({ state, timeoutMs, fallback, transform }: ReplayInstruction): boolean {
  return state === undefined && timeoutMs === undefined && fallback === undefined && transform === undefined;
}

function pathKey(app: string, host: string, prefix: string): string {
  return `path ${app} ${host} ${prefix}`;
}

function sessionKey(
  app: string,
  host: string,
  { pathPrefix: prefix, type, name }: ReplayCacheRule,
  value: string,
): string {
  return `session ${app} ${host} ${prefix} ${type} ${name} ${value}`;
}

/** The path of a pattern such as `/a/*` or `example.com/a/*`; undefined where it is for another host. */
export function pathPrefix(pattern: string, host: string): string | undefined {
  const slash = pattern.indexOf("/");
  if (slash < 0 || (slash > 0 && pattern.slice(0, slash).toLowerCase() !== host)) return undefined;
  return pattern
    .slice(slash)
    .replace(/\/?\*$/, "")
    .replace(/\/$/, "");
}

/** Whether the path is the prefix itself or below it: a prefix ends at a slash. */
export function isBelow(path: string, prefix: string): boolean {
  const bare = prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
  return path.startsWith(bare) && (path.length === bare.length || path[bare.length] === "/");
}
