// From a saved file to the new code's first answer: `dev` beside `docker-compose up --build`, both with the same template, and
// beside `docker build` and `docker run` where there is no Compose.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { waitUntil } from "../../src/platform/clock.ts";
import { type Begun, createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { sweepPlanetsNamed } from "../support/sweep.ts";
import { type Bench, type BenchRow, compareInterleaved, type Contender } from "./bench.ts";

const PLANET = "bench-dev";
const PORTS = { httpPort: 18_192, controlPort: 14_392 };
const APP = "bench-dev";
/** Where the other side's program answers. */
const OTHER_PORT = 18_193;
const RUNS = Number(process.env["HANGAR_BENCH_RUNS"] ?? "5");
const PATIENTLY = { deadlineMs: 60_000, intervalMs: 5 };

export const bench: Bench = { name: "dev", run };

async function run(): Promise<BenchRow[]> {
  await sweepPlanetsNamed(PLANET);
  const cli = await createHangarCli({ planet: PLANET, ...PORTS });
  const folder = mkdtempSync(path.join(tmpdir(), "hangar-bench-"));
  let dev: Begun | undefined;
  const other = otherSide(folder);
  try {
    const { httpPort, controlPort } = PORTS;
    await cli.json(["up", "--http-port", String(httpPort), "--control-port", String(controlPort)]);
    const launched = ["--template", "where-am-i", "--name", APP, "--no-deploy", "--yes"];
    for (const dir of [folder, `${cli.dir}/app`]) await cli.json(["launch", dir, ...launched]);
    dev = await startDev(cli, `${cli.dir}/app`);
    const rows = await compareInterleaved({
      baseline: measured(other.name, folder, OTHER_PORT, other.restart),
      ours: [measured("dev: from save to answer", `${cli.dir}/app`, httpPort, () => undefined)],
      runs: RUNS,
    });
    return rows;
  } finally {
    dev?.interrupt();
    await dev?.ended;
    other.end();
    await cli[Symbol.asyncDispose]();
    await sweepPlanetsNamed(PLANET);
    rmSync(folder, { recursive: true });
  }
}

async function startDev(cli: HangarCli, dir: string): Promise<Begun> {
  const dev = cli.begin(["dev", dir, "--json"]);
  await waitUntil(() => (dev.printed().includes('"ready"') ? true : undefined), {
    ...PATIENTLY,
    what: "dev to be ready",
  });
  return dev;
}

/** One save, and what it takes until the program says so. @param act what else somebody has to do */
function measured(name: string, dir: string, port: number, act: () => void): Contender {
  const file = path.join(dir, "server.js");
  let count = 0;
  return {
    name,
    measure: async () => {
      const word = `${name} ${(count += 1)}`;
      const text = readFileSync(file, "utf8").replace(/build: "[^"]*",|(?=region: env)/u, `build: "${word}",`);
      const startedAt = performance.now();
      writeFileSync(file, text);
      act();
      await waitUntil(async () => ((await ask(port)) === word ? true : undefined), { ...PATIENTLY, what: word });
      return performance.now() - startedAt;
    },
  };
}

/** What the program says it is; undefined where it does not answer. */
function ask(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const options = { port, host: "127.0.0.1", agent: false, timeout: 2_000, headers: { host: `${APP}.localhost` } };
    http
      .get(options, (response) => {
        let text = "";
        response.on("data", (bytes: Buffer) => (text += bytes.toString()));
        response.on("end", () => {
          try {
            resolve((JSON.parse(text) as { build?: unknown }).build);
          } catch {
            resolve(undefined);
          }
        });
      })
      .on("error", () => resolve(undefined));
  });
}

interface OtherSide {
  readonly name: string;
  /** Makes the program run the folder's files. */
  readonly restart: () => void;
  readonly end: () => void;
}

function otherSide(folder: string): OtherSide {
  const call = (file: string, ...args: string[]): string =>
    execFileSync(file, args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
  const compose = composeOf(call);
  if (compose !== undefined) {
    const file = path.join(tmpdir(), `${APP}-compose.yaml`);
    const port = `127.0.0.1:${OTHER_PORT}:8080`;
    const text = { version: "3", services: { web: { build: folder, ports: [port], init: true } } };
    writeFileSync(file, JSON.stringify(text));
    const [program = "", ...words] = compose.words;
    const order = (...args: string[]): string => call(program, ...words, "-p", APP, "-f", file, ...args);
    return {
      name: `${compose.words.join(" ")} up --build (${compose.version})`,
      restart: () => void order("up", "--build", "-d"),
      end: () => {
        order("down", "--rmi", "local");
        rmSync(file);
      },
    };
  }
  return {
    name: "docker build, docker run (no Compose here)",
    restart: () => {
      call("docker", "build", "-q", "-t", APP, ".");
      call("docker", "rm", "-f", APP);
      call("docker", "run", "-d", "--init", "--name", APP, "-p", `127.0.0.1:${OTHER_PORT}:8080`, APP);
    },
    end: () => void call("docker", "rm", "-f", APP),
  };
}

function composeOf(
  call: (file: string, ...args: string[]) => string,
): { readonly words: readonly string[]; readonly version: string } | undefined {
  for (const words of [["docker", "compose"], ["docker-compose"]]) {
    const [program = "", ...rest] = words;
    try {
      return { words, version: call(program, ...rest, "version", "--short").trim() };
    } catch {
      // the next one
    }
  }
  return undefined;
}
