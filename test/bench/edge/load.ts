// The clients of edge benches: runs of h2load, and what they tell.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { median } from "../bench.ts";
import { runProgram } from "./programs.ts";

export const SMALL_BYTES = 1_024;
export const LARGE_BYTES = 10 * 1_024 * 1_024;
export const LARGE_PATH = "/large";
/** The name that all proxies answer for. */
export const HOST = "my-app.localhost";

export interface Load {
  readonly port: number;
  /** Arguments of h2load beside these. */
  readonly args: readonly string[];
  readonly secure?: boolean;
  readonly path?: string;
}

/** What a browser sends with each request. */
const BROWSER_FIELDS = [
  "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-language: en-US,en;q=0.5",
  "accept-encoding: gzip, deflate, br",
  "cookie: session=0123456789abcdef0123456789abcdef",
  "cache-control: max-age=0",
];

/** Sends requests. @returns how many were answered, all of them with 2xx */
export async function sendLoad({ port, args, secure = false, path: target = "/" }: Load): Promise<number> {
  const fields = BROWSER_FIELDS.flatMap((field) => ["-H", field]);
  const url = `${secure ? "https" : "http"}://${HOST}${target}`;
  const printed = await runProgram(
    ["h2load", "-t1", ...args, ...fields, `--connect-to=127.0.0.1:${port}`, url],
    "around",
  );
  const [, done = "0", failed = "0"] = /^requests:.* (\d+) done,.* (\d+) failed/m.exec(printed) ?? [];
  const answered = Number(/^status codes: (\d+) 2xx/m.exec(printed)?.[1] ?? "0");
  if (answered === 0 || Number(failed) > 0 || answered < Number(done)) throw new Error(`bad answers: ${printed}`);
  return answered;
}

/** Sends requests at their times. @returns the median time until the response's end, in microseconds */
export async function latencyUs(load: Load): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "hangar-bench-"));
  const file = path.join(folder, "requests");
  try {
    await sendLoad({ ...load, args: [...load.args, `--log-file=${file}`] });
    const rows = readFileSync(file, "utf8").trimEnd().split("\n");
    return median(rows.map((row) => Number(row.split("\t")[2])));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
