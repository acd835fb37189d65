// All checks of the repository that need no Docker: `npm run check`. Names after `--` run only those steps. What has a
// fixer is put right by `npm run fix`.
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: "types", command: ["tsc"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "knip", command: ["knip"] },
  { name: "generated", command: ["node", "scripts/generate.ts", "--check"] },
  { name: "rtt-matrix", command: ["node", "scripts/build-rtt-matrix.ts", "--check"] },
  { name: "publint", command: ["publint", "--strict"] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `check: no step ${unknown.join(", ")}; there are ${STEPS.map((step) => step.name).join(", ")}\n`,
  );
  process.exit(2);
}

const failed = STEPS.filter((step) => wanted.length === 0 || wanted.includes(step.name)).filter(
  (step) => !passes(step),
);
if (failed.length > 0) {
  process.stderr.write(
    `check: ${failed.map((step) => step.name).join(", ")} failed; npm run fix puts right what it can\n`,
  );
  process.exitCode = 1;
}

/** Runs one step; its output is shown only when it fails. */
function passes({ name, command }: Step): boolean {
  const startedAt = performance.now();
  const [program = "", ...args] = command;
  const bin = path.join(root, "node_modules", ".bin");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? "ok    " : "FAILED"}  ${name.padEnd(12)} ${seconds} s\n`);
  if (status !== 0) process.stdout.write(`${stdout ?? ""}${stderr ?? ""}\n`);
  return status === 0;
}
