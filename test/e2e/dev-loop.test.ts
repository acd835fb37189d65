// The dev loop as its users have it: a file that is saved answers, a mistake is shown and made good, and Ctrl-C leaves the
// machine as it was. Meanwhile a local port leads into the planet's private network.
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DevEvent } from "../../src/operations/dev/dev-events.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";

const APP = "looped";
const PORTS = { httpPort: 18_090, controlPort: 14_290 };
const PROXY_PORT = 14_291;
const PATIENTLY = { deadlineMs: 60_000, intervalMs: 50 };

let cli: HangarCli;
let file: string;
let source: string;

beforeAll(async () => {
  await machineEngine.prepare(["node:24-bookworm-slim"]);
  cli = await createHangarCli({ planet: "e2e-dev", ...PORTS });
  await cli.run(["reset", "--yes"]);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  await cli.json(["down"]);
  await cli.json(["launch", `${cli.dir}/app`, "--template", "where-am-i", "--name", APP, "--no-deploy", "--yes"]);
  file = `${cli.dir}/app/server.js`;
  source = await readFile(file, "utf8");
  const dockerfile = `${cli.dir}/app/Dockerfile`;
  const lines = await readFile(dockerfile, "utf8");
  await writeFile(dockerfile, lines.replace("COPY package.json", "COPY --chown=node:node package.json"));
});
afterAll(() => cli[Symbol.asyncDispose]());

/** Saves the program so that it says this. */
const save = (word: string): Promise<void> =>
  writeFile(file, source.replace('reply(200, "text/plain", "ok")', `reply(200, "text/plain", "${word}")`));
const answers = (word: string, port: number = PORTS.httpPort): Promise<unknown> =>
  waitUntil(
    async () => {
      const url = `http://127.0.0.1:${port}/health`;
      const said = await cli.inNetwork(["curl", "-s", "-m", "5", "-H", `Host: ${APP}.localhost`, url]);
      return said === word ? true : undefined;
    },
    { ...PATIENTLY, what: `the program to say ${word}` },
  );

test("a saved file answers, a mistake is shown and made good, and afterwards nothing is left", async () => {
  const dev = cli.begin(["dev", `${cli.dir}/app`, "--json"]);
  const events = (): (DevEvent | { event: "put-back"; app: string; planet: string })[] =>
    dev
      .printed()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const told = (event: string): Promise<unknown> =>
    waitUntil(() => events().find((one) => one.event === event), { ...PATIENTLY, what: `the event ${event}` });
  try {
    await told("ready");
    await save("one");
    await answers("one");
    expect(events()).toContainEqual({ event: "change", files: ["server.js"], how: "sync" });
    const owners = await cli.run([
      "machine",
      "exec",
      "--app",
      APP,
      "stat -c %U:%G /app/server.js /app/package.json /app",
    ]);
    expect(owners.stdout).toBe("node:node\nnode:node\nroot:root");

    const proxy = cli.begin(["proxy", `${PROXY_PORT}:8080`, "--app", APP]);
    try {
      await answers("one", PROXY_PORT);
    } finally {
      proxy.interrupt();
    }
    expect(await proxy.ended).toMatchObject({ exitCode: 130, stderr: "" });

    await writeFile(file, `${source}\nconst = 1;\n`);
    expect(await told("failed")).toMatchObject({
      code: "MACHINE_EXITED",
      error: expect.stringContaining("const = 1;"),
    });
    await save("two");
    await answers("two");
  } finally {
    dev.interrupt();
  }
  expect((await dev.ended).exitCode).toBe(130);
  expect(events().at(-1)).toEqual({ event: "put-back", app: "removed", planet: "down" });
  expect(await cli.docker("ps", "-aq", "--filter", "label=dev.hangar.planet=e2e-dev")).toBe("");
});
