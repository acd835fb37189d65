// The target fly as far as it can be had here: a planet's API in place of the platform's, and a real registry.
import { randomBytes } from "node:crypto";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LABEL } from "../../src/emulator/runtime/labels.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli, type Ran } from "../support/hangar-cli.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";
import { SMALL_BASE, writeSmallApp } from "../support/small-server.ts";
import { sweepPlanet } from "../support/sweep.ts";
import { watchDocker } from "../support/watched-docker.ts";

interface Deployed {
  readonly target: string;
  readonly image: string;
  readonly release?: number;
  readonly machines: readonly { readonly id: string; readonly action: string; readonly version: string }[];
}

const PLANET = "e2e-fly-remote";
const PORTS = { httpPort: 21_730, controlPort: 21_731 };
const REGISTRY_PORT = 21_733;
const APP = "parcel";
const VAULT = "vault";

let cli: HangarCli;
let registry: TestRegistry;
let folder: string;
let env: Record<string, string>;
let token: string;

/** Runs a command on the target fly; no planet of its own is up. */
async function fly(...args: string[]): Promise<Ran> {
  const ran = await cli.run([...args, "--target", "fly"], { env });
  for (const text of [ran.stdout, ran.stderr]) expect(text).not.toContain(token);
  return ran;
}
async function json<T>(...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await fly(...args, "--json");
  if (exitCode !== 0) throw new Error(`hangar ${args.join(" ")} ended with ${exitCode}: ${stdout}${stderr}`);
  expect(stderr).toContain("Target: Fly.io");
  return JSON.parse(stdout) as T;
}
const write = (text: string): Promise<void> => writeSmallApp(folder, APP, text);
const answer = (app = APP): Promise<string> =>
  cli.inNetwork(["curl", "-sS", "-H", `Host: ${app}.localhost`, `http://127.0.0.1:${PORTS.httpPort}/`]);
/** Secrets are given to machines by a restart, which is not a deploy: nobody waits for the program to answer. */
const answers = (app: string, text: string): Promise<unknown> =>
  waitUntil(async () => (await answer(app)) === text || undefined, {
    ...{ what: `${app} to answer ${text}`, deadlineMs: 15_000, intervalMs: 100 },
  });
const repositoryOf = (app: string): string => `127.0.0.1:${REGISTRY_PORT}/${app}`;
const imagesHere = async (app: string): Promise<string[]> =>
  [...new Set((await cli.docker("image", "ls", "--quiet", repositoryOf(app))).split("\n"))].filter((id) => id !== "");

beforeAll(async () => {
  await machineEngine.prepare([SMALL_BASE]);
  registry = await startRegistry(REGISTRY_PORT);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await sweepPlanet(PLANET);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  token = await cli.token();
  const api = `http://127.0.0.1:${PORTS.controlPort}`;
  env = {
    ...{ FLY_FLAPS_BASE_URL: api, FLY_API_BASE_URL: api, FLY_REGISTRY_HOST: registry.host, FLY_API_TOKEN: token },
    HANGAR_PLANET: "e2e-fly-none",
    DOCKER_BUILDKIT: "0",
  };
  folder = path.join(cli.dir, APP);
  await write("one");
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
  const left = [...(await imagesHere(APP)), ...(await imagesHere(VAULT))];
  if (left.length > 0) await cli.docker("image", "rm", "--force", ...left);
});

test("an app is not made unless somebody agrees", async () => {
  const { exitCode, stdout } = await fly("deploy", folder, "--json");
  expect(exitCode).not.toBe(0);
  expect(JSON.parse(stdout).error.code).toBe("CONFIRMATION_REQUIRED");
  expect(await json<unknown[]>("apps", "list")).toEqual([]);
});

test("push, deploy, pull by digest, scale, roll back, destroy", async () => {
  const first = await json<Deployed>("deploy", folder, "--yes");
  expect(first).toMatchObject({ target: "fly", release: 1, machines: [{ action: "created" }] });
  expect(first.image).toMatch(new RegExp(`^${repositoryOf(APP)}:[0-9a-f]{12}@sha256:[0-9a-f]{64}$`));
  expect(registry.credentials).toEqual(new Set([`x:${token}`]));
  expect(await answer()).toBe("one");
  const ips = await json<{ type?: string }[]>("ips", "list", "--app", APP);
  expect(ips.length).toBeGreaterThanOrEqual(2);

  // Nothing changed: nothing is pushed, no machine is touched, and there is no release.
  const pushes = registry.writes();
  const again = await json<Deployed>("deploy", folder);
  expect(again).not.toHaveProperty("release");
  expect(again.machines.map(({ id, version, action }) => ({ id, version, action }))).toEqual([
    { id: first.machines[0]?.id, version: first.machines[0]?.version, action: "unchanged" },
  ]);
  expect(registry.writes()).toBe(pushes);

  await write("two");
  const second = await json<Deployed>("deploy", folder);
  expect(second).toMatchObject({ release: 2, machines: [{ action: "updated", id: first.machines[0]?.id }] });
  expect(await answer()).toBe("two");

  // Without its images here, the engine has to pull what the rollback needs from the registry, by its digest.
  registry.setOpen(true);
  const [tag = "", digest = ""] = first.image.split("@");
  await cli.docker("image", "rm", "--force", tag, first.image);
  expect(await cli.docker("image", "ls", "--digests", repositoryOf(APP))).not.toContain(digest);
  expect(registry.pulled).not.toContain(digest);
  await json("rollback", "v1", "--app", APP);
  expect(await answer()).toBe("one");
  expect(registry.pulled).toContain(digest);
  expect(
    (await json<{ version: number; status: string }[]>("releases", "--app", APP)).map(({ version, status }) => [
      version,
      status,
    ]),
  ).toEqual([
    [3, "complete"],
    [2, "complete"],
    [1, "complete"],
  ]);

  await json("scale", "count", "2", "--app", APP, "--yes");
  const status = await json<{ app: { machines: unknown[] } }>("status", "--app", APP);
  expect(status.app.machines).toHaveLength(2);
  const logs = await fly("logs", "--app", APP);
  expect(logs.stdout).toContain("serving one");

  await json("apps", "destroy", APP, "--yes");
  expect(await json<unknown[]>("apps", "list")).toEqual([]);
});

test("values of secrets and tokens are in the machine, and nowhere else", async () => {
  const canary = (name: string): string => `canary-${name}-${randomBytes(8).toString("hex")}`;
  const [first, second, third] = [canary("set"), canary("import"), canary("later")];
  const vault = path.join(cli.dir, VAULT);
  await writeSmallApp(vault, VAULT, "image");
  const children = await watchDocker(path.join(cli.dir, "watched"));
  const seen: string[] = [];
  const watched = { ...env, PATH: children.searchPath };
  const step = async (args: readonly string[], input?: string): Promise<void> => {
    const ran = await cli.run([...args, "--json"], { env: watched, ...(input === undefined ? {} : { input }) });
    seen.push(ran.stdout, ran.stderr);
    expect(ran.exitCode, `hangar ${args[0]}: ${ran.stdout}${ran.stderr}`).toBe(0);
  };
  const onFly = (...args: string[]) => step([...args, "--app", VAULT, "--target", "fly"]);

  await step(["auth", "login", "--stdin"], `${token}\n`);
  await step(["auth", "whoami"]);
  await step(["deploy", vault, "--yes", "--target", "fly"]);
  await onFly("secrets", "set", `ANSWER=${first}`, "--stage");
  await step(["secrets", "import", "--app", VAULT, "--target", "fly", "--deploy"], `IMPORTED="${second}"\n`);
  await answers(VAULT, first);
  await onFly("secrets", "set", `ANSWER=${third}`, "--deploy");
  await answers(VAULT, third);
  for (const words of [["secrets", "list"], ["releases"], ["status"], ["machine", "list"]]) await onFly(...words);

  const images = await imagesHere(VAULT);
  expect(images).not.toEqual([]);
  seen.push(await cli.docker("image", "inspect", ...images));
  for (const image of images) seen.push(await cli.docker("history", "--no-trunc", image));
  const own = ["--filter", `label=${LABEL.planet}=${PLANET}`];
  const all = (await cli.docker("ps", "-aq", ...own)).split("\n");
  const programs = [`${LABEL.app}=${VAULT}`, `${LABEL.component}=machine`].flatMap((label) => [
    "--filter",
    `label=${label}`,
  ]);
  const machines = (await cli.docker("ps", "-aq", ...own, ...programs)).split("\n");
  expect(machines).toHaveLength(1);
  seen.push(await cli.docker("inspect", ...all.filter((id) => !machines.includes(id))));
  const control = await execa("docker", ["logs", `hangar-${PLANET}-control`]);
  seen.push(control.stdout, control.stderr);
  const argv = await children.arguments();
  expect(argv).toContain("build");
  expect(argv).toContain("push");
  seen.push(argv);
  for (const value of [first, second, third, token]) expect(seen.filter((text) => text.includes(value))).toEqual([]);
  await json("apps", "destroy", VAULT, "--yes");
});
