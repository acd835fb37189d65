import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import { describedName, leavesOf } from "../../project/leaves.ts";
import { valueAt } from "../../project/merge-tables.ts";
import { toMachineConfig } from "../../project/machine-config.ts";
import { type KeyPath, renderKeyPath } from "../../project/problem.ts";
import { processGroups } from "../../project/process-groups.ts";
import { describeKind } from "../../project/schema/kinds.ts";
import { allKeys, type KeyEntry } from "../../project/schema/owners.ts";
import type { ReadConfig } from "./read-config.ts";

export interface KeySetting {
  readonly key: string;
  readonly value: unknown;
  readonly file: string;
  readonly line: number;
}

export interface KeyExplanation {
  readonly key: string;
  readonly summary: string;
  readonly type: string;
  readonly default?: string;
  readonly becomes?: string;
  readonly aliases: readonly string[];
  /** Where the file sets it; empty where it does not, or there is no file. */
  readonly set: readonly KeySetting[];
  /** What it becomes there, by process group; only for keys that stand in the configuration of a machine. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * What a key does: all keys of that name, where the name alone leaves it open.
 * @param read the configuration, where there is one
 * @throws CONFIG_KEY_NOT_FOUND
 */
export function explainKey(asked: string, read: ReadConfig | undefined): KeyExplanation[] {
  const name = asked.replaceAll(/\[\d*\]/gu, "").replace(/^\.+/u, "");
  const keys = allKeys();
  const wanted = describedName(name.split(".")) ?? name;
  const exact = keys.filter((entry) => entry.name === wanted);
  const found = exact.length > 0 ? exact : keys.filter((entry) => entry.name.endsWith(`.${name}`));
  if (found.length > 0) return found.map((entry) => explain(entry, read));
  const last = name.slice(name.lastIndexOf(".") + 1);
  const close = closestWords(last.slice(0, 40), [...new Set(keys.map((entry) => entry.name.split(".").at(-1) ?? ""))]);
  throw new AppError("CONFIG_KEY_NOT_FOUND", `The configuration has no key "${asked.slice(0, 80)}"`, {
    suggestions: close.map((word) => `hangar config explain ${word}`),
  });
}

function explain({ name, key }: KeyEntry, read: ReadConfig | undefined): KeyExplanation {
  const raw = read?.config?.raw;
  const paths = raw === undefined ? [] : leavesOf(raw).map(({ path }) => path);
  const holders = new Map<string, KeyPath>();
  for (const path of paths) {
    const holder = path.findIndex((_, index) => describedName(path.slice(0, index + 1)) === name);
    if (holder >= 0) holders.set(renderKeyPath(path.slice(0, holder + 1)), path.slice(0, holder + 1));
  }
  return {
    key: name,
    summary: key.summary,
    type: describeKind(key.kind),
    ...(key.default === undefined ? {} : { default: key.default }),
    ...(key.becomes === undefined ? {} : { becomes: key.becomes }),
    aliases: key.aliases ?? [],
    set: [...holders].map(([shown, path]) => {
      const { file = "", line = 1 } = read?.originOf(path) ?? {};
      return { key: shown, value: valueAt(raw ?? {}, path), file, line };
    }),
    values: valuesOf(key.becomes, read),
  };
}

/** What stands at the place that a key becomes, in the machines of each group. */
function valuesOf(becomes: string | undefined, read: ReadConfig | undefined): Record<string, unknown> {
  const target = /^config\.([\w.[\]]+)/u.exec(becomes ?? "")?.[1];
  const config = read?.config;
  if (target === undefined || config === undefined || target.includes("NAME")) return {};
  const groups = processGroups(config).map((group): [string, unknown] => {
    const machine = toMachineConfig(config, group, config.build.image ?? "the built image");
    const values = target
      .split(".")
      .reduce<unknown[]>(step, [machine])
      .filter((value) => value !== undefined);
    return [group, values.length > 1 ? values : values[0]];
  });
  return Object.fromEntries(groups.filter(([, value]) => value !== undefined));
}

/** One part of a path such as `services[].ports[1]`. */
function step(values: readonly unknown[], part: string): unknown[] {
  const [, key = "", list] = /^(\w+)(\[\d*\])?$/u.exec(part) ?? [];
  return values.flatMap((value) => {
    const inner = valueAt({ value }, ["value", key]);
    if (list === undefined || !Array.isArray(inner)) return [inner];
    return list === "[]" ? inner : [inner[Number(list.slice(1, -1))] as unknown];
  });
}
