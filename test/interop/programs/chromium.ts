// Chromium without a window: a page that asks in every way that pages can.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { type InteropCase, type InteropProgram, type Stage, WEB_HOST } from "../interop.ts";
import { versionOf } from "../run-tool.ts";

const PROGRAM = "chromium";
const EXPECTED = {
  ...{ fetch: "/small", upload: 3_000_000, download: 20_000_000, many: true, socket: "hello", events: "012" },
};

const page = (name: string, urlOf: (stage: Stage) => string, protocol: string): InteropCase => ({
  name,
  async run(stage) {
    const result = stage.pageResult();
    const browser = spawn(
      PROGRAM,
      [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        // The authority is the stage's own; the browser's store stays as it is.
        ...["--ignore-certificate-errors", `--user-data-dir=${path.join(stage.dir, "chromium")}`, urlOf(stage)],
      ],
      { stdio: "ignore", detached: true },
    );
    const ended = once(browser, "exit");
    try {
      const told = await Promise.race([result, ended]);
      assert.deepEqual(JSON.parse(String(told)), { ...EXPECTED, protocol });
    } finally {
      // With the processes that it has started.
      process.kill(-browser.pid!, "SIGKILL");
      await ended;
    }
  },
});

const WAYS = "page, upload, download, 60 requests, WebSocket, events";

export const chromiumProgram: InteropProgram = {
  name: "Chromium",
  version: () => versionOf(PROGRAM),
  cases: [
    page(`HTTP/1.1: ${WAYS}`, ({ port }) => `http://${WEB_HOST}:${port}/page`, "http/1.1"),
    page(`HTTP/2: ${WAYS}`, ({ securePort }) => `https://${WEB_HOST}:${securePort}/page`, "h2"),
  ],
};
