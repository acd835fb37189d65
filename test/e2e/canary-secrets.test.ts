// Values of secrets and tokens, searched for wherever somebody could find them: what commands print for people and for
// programs, also when they fail; files of the user and of the planet; what the engine says of containers and images; layers.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LABEL } from "../../src/emulator/runtime/labels.ts";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli, type Ran } from "../support/hangar-cli.ts";
import { SMALL_BASE, writeSmallApp } from "../support/small-server.ts";
import { sweepPlanet } from "../support/sweep.ts";
import { watchDocker, type WatchedDocker } from "../support/watched-docker.ts";

const PLANET = "e2e-canary";
const PORTS = { httpPort: 21_760, controlPort: 21_761 };
const APP = "vaulted";
const canary = (name: string): string => `canary-${name}-${randomBytes(8).toString("hex")}`;
const BUILD = canary("build");
const SECRET = canary("secret");
const FILE = canary("file");
const canaries = [BUILD, SECRET, FILE];

let cli: HangarCli;
let folder: string;
let children: WatchedDocker;
let token: string;

/** Runs a command and searches all that it prints. */
async function hangar(args: readonly string[], input?: string): Promise<Ran> {
  const env = { PATH: children.searchPath, BUILD_KEY: BUILD };
  const ran = await cli.run(args, { env, ...(input === undefined ? {} : { input }) });
  expectNone(`hangar ${args.join(" ")}`, ran.stdout, ran.stderr);
  return ran;
}

function expectNone(where: string, ...texts: readonly string[]): void {
  for (const value of [...canaries, token])
    for (const text of texts) expect(text.includes(value), `${where} has the value ${value.slice(0, 14)}`).toBe(false);
}

/** Whether bytes of a stream hold one of the values, over the borders of its chunks too. */
async function holdsValue(stream: AsyncIterable<Buffer>): Promise<boolean> {
  let rest = "";
  for await (const chunk of stream) {
    const text = rest + chunk.toString("latin1");
    if ([...canaries, token].some((value) => text.includes(value))) return true;
    rest = text.slice(-100);
  }
  return false;
}

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

beforeAll(async () => {
  await machineEngine.prepare([SMALL_BASE]);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await sweepPlanet(PLANET);
  children = await watchDocker(path.join(cli.dir, "watched"), "all");
  folder = path.join(cli.dir, APP);
  await writeSmallApp(
    folder,
    APP,
    "one",
    // BuildKit does not see that a secret has changed: without a word of its own the step of an earlier run would be taken.
    `RUN --mount=type=secret,id=BUILD_KEY sha256sum /run/secrets/BUILD_KEY > /sum && : ${randomBytes(8).toString("hex")}\n`,
  );
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  token = await cli.token();
});
afterAll(async () => {
  const images = lines(await cli.docker("image", "ls", "--quiet", `hangar.local/${APP}`));
  await cli[Symbol.asyncDispose]();
  if (images.length > 0) await cli.docker("image", "rm", "--force", ...new Set(images));
});

test("commands print none, neither for people nor for programs, and no child gets one as an argument", async () => {
  expect(await hangar(["deploy", folder, "--build-secret", "BUILD_KEY", "--yes"])).toMatchObject({ exitCode: 0 });
  const secrets = `SHOWN=${SECRET}\nIN_FILE=${Buffer.from(FILE).toString("base64")}\n`;
  expect(await hangar(["secrets", "import", "--app", APP, "--deploy"], secrets)).toMatchObject({ exitCode: 0 });
  const words = [
    ["secrets", "list"],
    ["status"],
    ["releases"],
    ["machine", "list"],
    ["logs"],
    ["checks", "list"],
    ["config", "show", "--config", path.join(folder, "fly.toml")],
    ["apps", "list"],
    ["doctor"],
  ];
  for (const command of words) {
    const app = ["secrets", "status", "releases", "machine", "logs", "checks"].includes(command[0] ?? "");
    for (const more of [[], ["--json"]]) await hangar([...command, ...(app ? ["--app", APP] : []), ...more]);
  }
  const argv = await children.arguments();
  expect(argv).toContain("build");
  expectNone("an argument of a child", argv);
});

test("the machine has them", async () => {
  const shown = "sh -c 'echo $SHOWN; cat /sum'";
  const { stdout } = await cli.json<{ stdout: string }>(["machine", "exec", "--app", APP, shown]);
  expect(stdout).toContain(SECRET);
  expect(stdout).toContain(createHash("sha256").update(BUILD).digest("hex"));
});

test("neither do commands that fail", async () => {
  await writeFile(path.join(folder, "server.pl"), 'print "no use\\n"; exit 3;\n');
  for (const more of [[], ["--json"]]) {
    const ran = await hangar(["deploy", folder, "--build-secret", "BUILD_KEY", "--wait-timeout", "20", ...more]);
    expect(ran.exitCode, ran.stdout + ran.stderr).toBe(1);
    expect(ran.stdout + ran.stderr).toContain("exited with code 3");
  }
  const dockerfile = path.join(folder, "Dockerfile");
  await writeFile(dockerfile, `${await readFile(dockerfile, "utf8")}RUN --mount=type=secret,id=BUILD_KEY exit 9\n`);
  expect(await hangar(["deploy", folder, "--build-secret", "BUILD_KEY", "--json"])).toMatchObject({ exitCode: 1 });
  const broken = await hangar(["deploy", folder, "--build-secret", "MISSING", "--json"]);
  expect(JSON.parse(broken.stdout)).toMatchObject({ error: { code: "USAGE" } });
});

test("files of the user and of the planet hold none, but the token's own", async () => {
  const base = path.dirname(cli.dir);
  const files = await filesBelow(base);
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    if (file.endsWith(`${path.sep}token`)) continue;
    expect(await holdsValue(createReadStream(file)), file).toBe(false);
  }
  // What control keeps: the database with its journal, and whatever is beside it.
  const state = execa("docker", ["cp", `hangar-${PLANET}-control:/var/lib/hangar`, "-"], {
    encoding: "buffer",
    buffer: false,
  });
  expect(await holdsValue(state.stdout)).toBe(false);
  await state;
});

test("the engine tells none: containers, images, their history and layers, logs, processes", async () => {
  const own = ["--filter", `label=${LABEL.planet}=${PLANET}`];
  const containers = lines(await cli.docker("ps", "-aq", ...own));
  expect(containers.length).toBeGreaterThanOrEqual(4);
  expectNone("docker inspect", await cli.docker("inspect", ...containers));
  for (const container of containers) {
    const { stdout, stderr } = await execa("docker", ["logs", container]);
    expectNone(`docker logs ${container}`, stdout, stderr);
  }
  // What control is making at this moment does not run yet.
  const running = lines(await cli.docker("ps", "-q", ...own));
  expect(running.length).toBeGreaterThanOrEqual(4);
  for (const container of running)
    expectNone(`docker top ${container}`, await cli.docker("top", container, "-eo", "pid,args"));
  const images = [...new Set(lines(await cli.docker("image", "ls", "--quiet", "--no-trunc", `hangar.local/${APP}`)))];
  expect(images.length).toBeGreaterThanOrEqual(2);
  for (const image of images) {
    expectNone("docker image inspect", await cli.docker("image", "inspect", image));
    expectNone("docker history", await cli.docker("history", "--no-trunc", image));
    const saved = execa("docker", ["save", image], { encoding: "buffer", buffer: false });
    expect(await holdsValue(saved.stdout), `a layer of ${image}`).toBe(false);
    await saved;
  }
  const { stdout: processes } = await execa("ps", ["-eo", "args"]);
  expectNone("the process list", processes);
});
