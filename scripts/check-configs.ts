// Validates every configuration of a folder and prints what each says, and the total: npm run check:configs -- DIR
// Exit status 1 where one is not valid.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseAppConfig } from "../src/project/parse-app-config.ts";
import { renderProblem } from "../src/project/problem.ts";
import { processGroups } from "../src/project/process-groups.ts";
import { toMachineConfig } from "../src/project/machine-config.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("check:configs: name a folder: npm run check:configs -- DIR\n");
  process.exit(2);
}

const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(?:toml|json|ya?ml)$/iu.test(file))
  .toSorted();
let valid = 0;
let warned = 0;
let slowestMs = 0;
for (const file of files) {
  const text = readFileSync(path.join(folder, file), "utf8");
  const startedAt = performance.now();
  const { config, problems } = parseAppConfig(text, file);
  slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  const warnings = problems.filter(({ severity }) => severity === "warning");
  warned += warnings.length;
  if (config === undefined) {
    process.stdout.write(`FAILED  ${file}\n`);
    for (const problem of problems.filter(({ severity }) => severity === "error"))
      process.stdout.write(`${renderProblem(problem)}\n`);
    continue;
  }
  const groups = processGroups(config);
  for (const group of groups) toMachineConfig(config, group, "image");
  valid += 1;
  const checks = config.services.flatMap((service) => service.checks).length + Object.keys(config.checks).length;
  const counts = [`services ${config.services.length}`, `checks ${checks}`, `mounts ${config.mounts.length}`];
  process.stdout.write(
    `ok      ${file}: groups ${groups.join(" ")}; ${counts.join("; ")}; warnings ${warnings.length}\n`,
  );
  for (const { line, message } of warnings) process.stdout.write(`        ${line}: ${message}\n`);
}
process.stdout.write(
  `${valid} of ${files.length} valid, ${warned} warnings, the slowest in ${slowestMs.toFixed(1)} ms\n`,
);
if (valid < files.length || files.length === 0) process.exitCode = 1;
