// What has to be changed in a configuration so that it says something else: as little as possible.
import type { KeyPath } from "./problem.ts";
import { isTable, type Table } from "./values.ts";

/** One change of a key, or of an element of a list of tables; elements are added after the last one. */
export type Edit =
  | { readonly kind: "add" | "change"; readonly path: KeyPath; readonly value: unknown }
  | { readonly kind: "remove"; readonly path: KeyPath; readonly value?: undefined };

/** The changes that make `next` of `current`, each to be made after those before it. */
export function editsBetween(current: Table, next: Table, path: KeyPath = []): Edit[] {
  const gone = Object.keys(current).filter((key) => next[key] === undefined);
  // What goes goes last: new keys are indented as those that are there.
  return [
    ...Object.entries(next).flatMap(([key, value]) => valueEdits(current[key], value, [...path, key])),
    ...gone.map((key): Edit => ({ kind: "remove", path: [...path, key] })),
  ];
}

function valueEdits(current: unknown, next: unknown, path: KeyPath): Edit[] {
  if (next === undefined || sameValue(current, next)) return [];
  if (isTable(current) && isTable(next)) return editsBetween(current, next, path);
  if (isTableList(current) && isTableList(next)) return listEdits(current, next, path);
  return [{ kind: current === undefined ? "add" : "change", path, value: next }];
}

/** What went is taken from before the elements that end both lists alike. */
function listEdits(current: readonly Table[], next: readonly Table[], path: KeyPath): Edit[] {
  const surplus = Math.max(0, current.length - next.length);
  let alike = 0;
  while (alike < next.length && surplus > 0 && sameValue(current.at(-1 - alike), next.at(-1 - alike))) alike += 1;
  const firstGone = next.length - alike;
  const gone = Array.from({ length: surplus }, (_, index): Edit => {
    return { kind: "remove", path: [...path, firstGone + surplus - 1 - index] };
  });
  const kept = current.toSpliced(firstGone, surplus);
  return [...gone, ...next.flatMap((element, index) => valueEdits(kept[index], element, [...path, index]))];
}

function isTableList(value: unknown): value is readonly Table[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

/** The value with an edit made. */
export function applyEdit(table: Table, { path, value }: Edit): Table {
  return changedAt(table, path, value) as Table;
}

function changedAt(holder: unknown, [key, ...rest]: KeyPath, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(holder)) {
    const inner = changedAt(holder[Number(key)], rest, value);
    return holder.toSpliced(Number(key), 1, ...(inner === undefined ? [] : [inner]));
  }
  const table = isTable(holder) ? holder : {};
  const entries = Object.entries({ ...table, [key]: changedAt(table[key], rest, value) });
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/** Whether two values are the same, whatever the order of their keys. */
export function sameValue(left: unknown, right: unknown): boolean {
  return ordered(left) === ordered(right);
}

function ordered(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    isTable(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
