// Pure: the session that a request belongs to, by the rules of its app (statement RC-03).
import type { ReplayCacheRule } from "../http-features.ts";
import { FIELD } from "../http1/field-names.ts";
import type { Head } from "../http1/head.ts";
import { isBelow, pathPrefix, type CacheQuestion } from "./cache.ts";

/**
 * The rule with the longest path that fits, and the value that the request carries for it.
 * @param place host without a port, and path without a query
 */
export function readSession(
  rules: readonly ReplayCacheRule[],
  { host, path }: Pick<CacheQuestion, "host" | "path">,
  head: Head,
  bytes: Buffer,
): CacheQuestion["session"] {
  for (const rule of rules) {
    const prefix = pathPrefix(rule.pathPrefix, host);
    if (prefix === undefined || !isBelow(path, prefix)) continue;
    const value = rule.type === "cookie" ? cookie(head, bytes, rule.name) : field(head, bytes, rule.name);
    if (value !== undefined && value !== "") return { rule, value };
  }
  return undefined;
}

function cookie(head: Head, bytes: Buffer, name: string): string | undefined {
  const all = head.joinedValuesOf(bytes, FIELD.cookie) ?? "";
  for (const part of all.split(/[;,]/)) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

function field(head: Head, bytes: Buffer, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (let i = 0; i < head.fieldCount; i += 1) if (head.name(bytes, i) === wanted) return head.value(bytes, i);
  return undefined;
}
