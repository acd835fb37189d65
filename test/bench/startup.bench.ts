// How long the built command line takes from start to end, beside Node's own start.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Bench, type BenchRow, compareInterleaved, type Contender } from "./bench.ts";

const root = path.join(import.meta.dirname, "../..");
const hangar = path.join(root, "bin/run.js");
const RUNS = 20;

export const bench: Bench = { name: "startup", run };

async function run(): Promise<BenchRow[]> {
  if (!existsSync(path.join(root, "dist/main.js"))) start([path.join(root, "scripts/build.ts")], root);
  const folder = mkdtempSync(path.join(tmpdir(), "hangar-bench-"));
  const configured = path.join(folder, "configured");
  const empty = path.join(folder, "empty");
  try {
    for (const made of [configured, empty]) mkdirSync(made);
    writeFileSync(
      path.join(configured, "fly.toml"),
      'app = "bench"\nprimary_region = "iad"\n[http_service]\ninternal_port = 8080\n',
    );
    const ours = [
      contender("start: hangar --version", [hangar, "--version"], folder),
      contender("start: hangar regions", [hangar, "regions"], folder),
      contender("start: hangar config validate", [hangar, "config", "validate"], configured),
      contender(
        "start: hangar launch --no-deploy",
        [hangar, "launch", "--no-deploy", "--yes", "--name", "bench"],
        empty,
      ),
    ];
    return await compareInterleaved({ baseline: contender("node -e 0", ["-e", "0"], folder), ours, runs: RUNS });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function contender(name: string, args: readonly string[], cwd: string): Contender {
  return {
    name,
    measure: async () => {
      const startedAt = performance.now();
      start(args, cwd);
      return performance.now() - startedAt;
    },
  };
}

function start(args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, [...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
}
