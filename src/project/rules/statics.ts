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
  const earlier: string[] = [];
  for (const section of sections) {
    const own = `${(textAt(section, "url_prefix") ?? "").replace(/\/$/, "")}/`;
    const other = earlier.find((prefix) => own.startsWith(prefix) || prefix.startsWith(own));
    earlier.push(own);
    if (other === undefined) continue;
    const message = `the url_prefix ${own} overlaps with ${other}`;
    warn([...pathOf(section), "url_prefix"], message, "choose prefixes of which none begins with another");
  }
}
