// Names and values below each other. Pure.

/** Lines of names and values, the values in one column; fields without a value are left out. */
export function renderFields(fields: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = fields.filter((field): field is [string, string] => field[1] !== undefined && field[1] !== "");
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

/** A time of the wire without its fractions; a dash where there is none. */
export function renderTime(time: string | number | undefined): string {
  if (time === undefined || time === "") return "-";
  const text = typeof time === "number" ? new Date(time).toISOString() : time;
  return text.replace(/\.\d+(?=Z|[+-]\d\d:\d\d$)/, "");
}
