// How long a configuration of 300 lines takes to check inside the process, beside its parser alone.
import parseString from "@iarna/toml/parse-string.js";
import { parseAppConfig } from "../../src/project/parse-app-config.ts";
import { type Bench, type BenchRow, compareInterleaved } from "./bench.ts";

const RUNS = 50;
const LINES = 300;

export const bench: Bench = { name: "config", run };

/** A file of that many lines: an app with many services, each with checks, as the largest real ones are. */
function largeConfig(): string {
  const service = (port: number): string =>
    `[[services]]\n  protocol = "tcp"\n  internal_port = ${port}\n  auto_stop_machines = "stop"\n  auto_start_machines = true\n  [services.concurrency]\n    type = "requests"\n    soft_limit = 200\n    hard_limit = 250\n  [[services.ports]]\n    port = ${port}\n    handlers = ["tls", "http"]\n  [[services.http_checks]]\n    interval = "15s"\n    timeout = "2s"\n    path = "/health"\n`;
  const lines = ['app = "large"', 'primary_region = "iad"', "", "[env]"];
  for (let index = 0; index < 40; index += 1) lines.push(`  VARIABLE_${index} = "value ${index}"`);
  for (let port = 1_000; lines.length < LINES; port += 1) lines.push(...service(port).split("\n"));
  return lines.slice(0, LINES).join("\n");
}

async function run(): Promise<BenchRow[]> {
  const text = largeConfig();
  const withProblem = `${text}\nmistake = 1\n`;
  const time = (work: () => unknown) => async (): Promise<number> => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  };
  return compareInterleaved({
    baseline: { name: "@iarna/toml", measure: time(() => parseString(text)) },
    ours: [
      { name: `config: check ${LINES} lines`, measure: time(() => parseAppConfig(text, "fly.toml")) },
      {
        name: `config: check ${LINES} lines with a problem`,
        measure: time(() => parseAppConfig(withProblem, "fly.toml")),
      },
    ],
    runs: RUNS,
  });
}
