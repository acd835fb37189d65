// The target fly as far as it can be had here: a planet's API in place of the platform's, and a real registry.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli, type Ran } from "../support/hangar-cli.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";

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
const BASE = "debian:bookworm-slim";
const REPOSITORY = `127.0.0.1:${REGISTRY_PORT}/${APP}`;

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
/** A server in what the smallest base image brings, because every layer of it is pushed. */
const write = (text: string): Promise<void> =>
  writeFile(
    path.join(folder, "Dockerfile"),
    `FROM ${BASE}\nENV ANSWER=${text}\nCOPY server.pl /server.pl\nCMD ["perl", "/server.pl"]\n`,
  );
const SERVER = `use IO::Socket::INET;
$SIG{TERM} = sub { exit 0 };
$| = 1;
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 50, ReuseAddr => 1) or die $!;
print "serving $ENV{ANSWER}\\n";
while (1) {
  my $client = $server->accept() or next;
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
  my $text = $ENV{ANSWER};
  print $client "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($text) . "\\r\\nConnection: close\\r\\n\\r\\n$text";
  close $client;
}
`;
const answer = (): Promise<string> =>
  cli.inNetwork(["curl", "-sS", "-H", `Host: ${APP}.localhost`, `http://127.0.0.1:${PORTS.httpPort}/`]);
const imagesHere = async (): Promise<string[]> =>
  [...new Set((await cli.docker("image", "ls", "--quiet", REPOSITORY)).split("\n"))].filter((id) => id !== "");

beforeAll(async () => {
  await machineEngine.prepare([BASE]);
  registry = await startRegistry(REGISTRY_PORT);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await cli.run(["reset", "--yes"]);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  token = await cli.token();
  const api = `http://127.0.0.1:${PORTS.controlPort}`;
  env = {
    ...{ FLY_FLAPS_BASE_URL: api, FLY_API_BASE_URL: api, FLY_REGISTRY_HOST: registry.host, FLY_API_TOKEN: token },
    HANGAR_PLANET: "e2e-fly-none",
    DOCKER_BUILDKIT: "0",
  };
  folder = path.join(cli.dir, APP);
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, "fly.toml"),
    `app = "${APP}"\nprimary_region = "iad"\nkill_timeout = 2\n[http_service]\n  internal_port = 8080\n  [[http_service.checks]]\n    interval = "1s"\n    timeout = "1s"\n    grace_period = "1s"\n    path = "/"\n`,
  );
  await writeFile(path.join(folder, "server.pl"), SERVER);
  await write("one");
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
  const left = await imagesHere();
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
  expect(first.image).toMatch(new RegExp(`^${REPOSITORY}:[0-9a-f]{12}@sha256:[0-9a-f]{64}$`));
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
  await cli.docker("image", "rm", "--force", `${first.image.split("@")[0]}`, first.image);
  await json("rollback", "v1", "--app", APP);
  expect(await answer()).toBe("one");
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
