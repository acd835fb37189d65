// Changes the text of a fly.toml edit by edit and leaves everything else in it as it is.
import { parse, patch, stringify } from "@decimalturn/toml-patch";
import { applyEdit, type Edit, editsBetween, sameValue } from "./config-edits.ts";
import { isSection, renderSection } from "./render-section.ts";
import { cutTable, insertAfterTable, insertIntoTable } from "./text/toml-lines.ts";
import type { Table } from "./values.ts";

/**
 * The text with other values for some keys at its top; undefined removes one.
 * @param table what the text says now
 */
export function rewriteToml(text: string, table: Table, changes: Table): string {
  let [current, rest] = [plain(table), text];
  for (const [key, value] of Object.entries(changes)) {
    const next = plain({ ...current, [key]: value });
    rest = editedInPlace(rest, current, next) ?? writtenAnew(rest, next, key);
    current = next;
  }
  return rest;
}

/** Undefined where an edit cannot be made. */
function editedInPlace(text: string, current: Table, next: Table): string | undefined {
  let [table, rest]: [Table, string | undefined] = [current, text];
  for (const edit of editsBetween(current, next)) {
    table = plain(applyEdit(table, edit));
    rest = edited(rest, table, edit);
    if (rest === undefined) return undefined;
  }
  return rest;
}

/**
 * The library puts some changes into the wrong table where lists of tables stand within each other, and writes new tables
 * in one line. So lines are put in or taken out where that is enough, and what came out is read again.
 */
function edited(text: string, next: Table, edit: Edit): string | undefined {
  const byLibrary = (): string => patch(text, next);
  const attempts = {
    add: [() => added(text, edit), byLibrary],
    change: [byLibrary],
    remove: [byLibrary, () => cutTable(text, edit.path)],
  };
  for (const attempt of attempts[edit.kind]) {
    try {
      const after = attempt();
      if (after !== undefined && sameValue(parse(after), next)) return after;
    } catch {
      // The library refuses some texts that it has written itself.
    }
  }
  return undefined;
}

function added(text: string, { path, value }: Edit): string | undefined {
  const [holder, last = ""] = [path.slice(0, -1), path.at(-1)];
  const names = path.filter((part) => typeof part === "string");
  if (typeof last === "number") return insertAfterTable(text, [...holder, last - 1], renderSection(names, [value]));
  if (isSection(value)) {
    const section = renderSection(names, value);
    return holder.length === 0 ? appended(text, section) : insertIntoTable(text, holder, section);
  }
  return insertIntoTable(text, holder, stringify({ [last]: value }).trim());
}

/** The section taken out, where it is there, and written anew at the end. */
function writtenAnew(text: string, next: Table, key: string): string {
  const { [key]: value, ...others } = next;
  const without = sameValue(parse(text), others) ? text : patch(text, others);
  return value === undefined
    ? without
    : appended(without, isSection(value) ? renderSection([key], value) : stringify({ [key]: value }).trim());
}

function appended(text: string, section: string): string {
  return text.trim() === "" ? `${section}\n` : `${text.trimEnd()}\n\n${section}\n`;
}

/** Plain objects all the way down: the writer knows no others. */
function plain(table: Table): Record<string, unknown> {
  return JSON.parse(JSON.stringify(table)) as Record<string, unknown>;
}
