import type { KeyPath } from "../problem.ts";
import { tablesAt, textAt } from "../values.ts";
import type { RuleInput } from "./rule.ts";

/** An app has so many of them on the platform. */
const MAX_STATICS = 10;

/** What looks wrong about folders that the edge answers from: the platform refuses it, a planet does not. */
export function checkStatics({ root, pathOf, report }: RuleInput): void {
  const sections = tablesAt(root, "statics");
  const warn = (path: KeyPath, message: string, suggestion: string): void =>
    report({ severity: "warning", code: "CONFIG_INVALID", path, message, suggestion });
  const beyond = sections[MAX_STATICS];
  if (beyond !== undefined)
    warn(pathOf(beyond), `an app can have ${MAX_STATICS} [[statics]], not ${sections.length}`, "serve fewer folders");
  const prefixes = sections.map((section) => `${(textAt(section, "url_prefix") ?? "").replace(/\/$/, "")}/`);
  for (const [index, section] of sections.entries()) {
    const other = prefixes.slice(0, index).find((prefix) => {
      const own = prefixes[index]!;
      return own.startsWith(prefix) || prefix.startsWith(own);
    });
    if (other === undefined) continue;
    const message = `the url_prefix ${prefixes[index]!} overlaps with ${other}`;
    warn([...pathOf(section), "url_prefix"], message, "choose prefixes of which none begins with another");
  }
}
