// Text of the commands about the configuration.
import type { GroupEnv } from "../../operations/config/config-env.ts";
import type { KeyExplanation } from "../../operations/config/explain-key.ts";
import type { ShownValue } from "../../operations/config/show-config.ts";
import type { ConfigValidation } from "../../operations/config/validate-config.ts";
import { renderProblem } from "../../project/problem.ts";
import { renderTable } from "../output/table.ts";

/** Every problem with its line, and the verdict. */
export function renderValidation({ valid, problems }: ConfigValidation): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
  const verdict = valid ? "The configuration is valid" : "The configuration is not valid";
  const counts = [errors > 0 ? count(errors, "error") : "", warnings > 0 ? count(warnings, "warning") : ""];
  const summary = counts.filter((part) => part !== "").join(", ");
  return [
    ...problems.map((problem) => `${problem.severity} ${problem.code} ${renderProblem(problem)}\n`),
    summary === "" ? verdict : `${verdict}: ${summary}`,
  ].join("\n");
}

/** Key, value and place of each value. */
export function renderShownValues(values: readonly ShownValue[], width: number | undefined): string {
  const columns = [
    { header: "KEY", value: (one: ShownValue) => one.key },
    { header: "VALUE", value: (one: ShownValue) => JSON.stringify(one.value) ?? "" },
    { header: "FROM", value: (one: ShownValue) => `${one.file}:${one.line}` },
  ];
  return renderTable(columns, values, { width });
}

/** The variables of each process group. */
export function renderGroupEnvs(groups: readonly GroupEnv[], width: number | undefined): string {
  const rows = groups.flatMap(({ group, env }) => Object.entries(env).map(([name, value]) => ({ group, name, value })));
  const columns = [
    { header: "GROUP", value: (row: (typeof rows)[number]) => row.group },
    { header: "NAME", value: (row: (typeof rows)[number]) => row.name },
    { header: "VALUE", value: (row: (typeof rows)[number]) => row.value },
  ];
  return renderTable(columns, rows, { width });
}

/** What keys do, one paragraph each. */
export function renderExplanations(explanations: readonly KeyExplanation[]): string {
  return explanations.map(renderExplanation).join("\n\n");
}

function renderExplanation(one: KeyExplanation): string {
  const set = one.set.map(({ key, value, file, line }) => `${key} = ${JSON.stringify(value)} (${file}:${line})`);
  const values = Object.entries(one.values).map(([group, value]) => `${group}: ${JSON.stringify(value)}`);
  const rows: [string, string][] = [
    ["Takes", one.type],
    ["Default", one.default ?? "none"],
    ["Becomes", one.becomes ?? "nothing that machines see"],
    ...(one.aliases.length === 0 ? [] : [["Also written", one.aliases.join(", ")] as [string, string]]),
    ["Set", set.length === 0 ? "nowhere" : set.join(", ")],
    ...(values.length === 0 ? [] : [["Here", values.join("; ")] as [string, string]]),
  ];
  return [`${one.key}: ${one.summary}`, ...rows.map(([name, text]) => `  ${name.padEnd(13)}${text}`)].join("\n");
}
