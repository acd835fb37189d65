// What differs between two values of the wire, key by key. Pure.

export interface Difference {
  /** E.g. `guest.memory_mb`, `services[0].internal_port`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** The differences in the order of their paths; none where both mean the same. */
export function diffConfig(before: unknown, after: unknown, path = ""): Difference[] {
  if (isComposite(before) && isComposite(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return keys.flatMap((key) => diffConfig(before[key], after[key], join(path, key, Array.isArray(before))));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function isComposite(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function join(path: string, key: string, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}
