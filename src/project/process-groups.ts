import type { AppConfig } from "./app-config.ts";

/** The group of an app that names none. */
const DEFAULT_GROUP = "app";

/** The process groups of an app, sorted; an app without `[processes]` has one, named `app`. */
export function processGroups(config: Pick<AppConfig, "processes">): string[] {
  const names = Object.keys(config.processes).toSorted();
  return names.length === 0 ? [DEFAULT_GROUP] : names;
}

/** The group that sections without `processes` belong to: `app` where there is one, else the first by name. */
export function defaultGroup(config: Pick<AppConfig, "processes">): string {
  const groups = processGroups(config);
  return groups.includes(DEFAULT_GROUP) ? DEFAULT_GROUP : (groups[0] ?? DEFAULT_GROUP);
}

/** Whether a section belongs to a group; one that names no group belongs to the default group, as does the name `""`. */
export function belongsTo(
  section: { readonly processes: readonly string[] },
  group: string,
  config: Pick<AppConfig, "processes">,
): boolean {
  const isDefault = group === defaultGroup(config);
  if (section.processes.length === 0) return isDefault;
  return section.processes.includes(group) || (isDefault && section.processes.includes(""));
}

/** Of sections that hold for all groups unless they name some: the one for a group. Naming it wins, then the first. */
export function sectionFor<Section extends { readonly processes: readonly string[] }>(
  sections: readonly Section[],
  group: string,
): Section | undefined {
  return (
    sections.find((section) => section.processes.includes(group)) ??
    sections.find((section) => section.processes.length === 0)
  );
}
