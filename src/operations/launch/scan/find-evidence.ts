import { objectOf, type Packages, readJsonObject } from "./packages.ts";
import { type Evidence, type Rule, RULES } from "./rules.ts";
import type { SourceTree } from "./source-tree.ts";

/** A rule that fits, and why. */
export interface Found {
  readonly rule: Rule;
  /** For people: `next in package.json`. */
  readonly because: string;
}

/** The first rule whose evidence is in the tree. */
export function findFramework(tree: SourceTree, packages: Packages): Found | undefined {
  for (const rule of RULES) {
    const [because, ...others] = rule.needs.map((evidence) => reasonOf(evidence, tree, packages));
    if (because === undefined || others.includes(undefined)) continue;
    if (rule.not?.some((evidence) => reasonOf(evidence, tree, packages) !== undefined) === true) continue;
    return { rule, because };
  }
  return undefined;
}

/** What of the evidence is there, in words. */
function reasonOf(evidence: Evidence, tree: SourceTree, packages: Packages): string | undefined {
  if ("package" in evidence) {
    const found = packages[evidence.of].get(evidence.package);
    return found === undefined ? undefined : `${found.name} in ${found.file}`;
  }
  if ("script" in evidence) {
    const script = scriptsOf(tree).find(
      ([name, command]) => evidence.script.test(name) && (evidence.says?.test(command) ?? true),
    );
    return script === undefined ? undefined : `script "${script[0]}" in package.json`;
  }
  const says = "says" in evidence ? evidence.says : undefined;
  return tree.matching(evidence.file).find((path) => says?.test(tree.text(path) ?? "") ?? true);
}

/** The scripts of package.json, by name. */
export function scriptsOf(tree: SourceTree): readonly (readonly [name: string, command: string])[] {
  const scripts = Object.entries(objectOf(readJsonObject(tree, "package.json")?.["scripts"]) ?? {});
  return scripts.flatMap(([name, command]) => (typeof command === "string" ? [[name, command.trim()] as const] : []));
}
