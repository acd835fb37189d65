// h2load, nghttp2's load generator: many streams on many connections.
import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type InteropCase, type InteropProgram, WEB_HOST } from "../interop.ts";
import { runTool, versionOf } from "../run-tool.ts";

const REQUESTS = 2_000;

const load = (name: string, args: readonly string[], place = "/small", body?: Buffer): InteropCase => ({
  name,
  async run({ securePort, dir }) {
    const file = path.join(dir, "body");
    if (body !== undefined) await writeFile(file, body);
    const { stdout, stderr } = await runTool("h2load", [
      ...["-n", String(REQUESTS), ...args, `--connect-to=127.0.0.1:${securePort}`],
      ...(body === undefined ? [] : ["-d", file]),
      `https://${WEB_HOST}:${securePort}${place}`,
    ]);
    assert.match(stdout, new RegExp(`${REQUESTS} succeeded, 0 failed, 0 errored, 0 timeout`), stdout + stderr);
    assert.match(stdout, new RegExp(`status codes: ${REQUESTS} 2xx`), stdout);
  },
});

export const h2loadProgram: InteropProgram = {
  name: "h2load",
  version: () => versionOf("h2load"),
  cases: [
    load("HTTP/2, 10 connections with 10 streams each", ["-c", "10", "-m", "10"]),
    load("HTTP/2, 1 connection with 100 streams", ["-c", "1", "-m", "100"]),
    load("HTTP/2, 50 connections with 1 stream each", ["-c", "50", "-m", "1"]),
    load("HTTP/2, small windows", ["-c", "5", "-m", "10", "-w", "10", "-W", "12"]),
    load("HTTP/2, uploads of 20 KB that come back", ["-c", "10", "-m", "10"], "/echo", Buffer.alloc(20_000, "p")),
    load("HTTP/1.1 with TLS, 10 connections", ["--h1", "-c", "10"]),
  ],
};
