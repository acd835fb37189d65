// The commands about an app's parts as processes, against a planet in memory: flags in, values out, errors by code.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Machine } from "../../../src/contract/machine.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import type { AppError } from "../../../src/errors/app-error.ts";
import { runCommand } from "../../support/run-command.ts";
import { type CliResult, runCli } from "../../support/run-cli.ts";

let planet: MemoryPlanet;
let folder: string;

beforeAll(async () => {
  planet = await startMemoryPlanet({
    images: {
      web: {
        kind: "runs",
        exec: (command) => ({
          exitCode: command.includes("fail") ? 3 : 0,
          stdout: `${command.join("|")}\n`,
          stderr: "",
        }),
      },
    },
  });
  await planet.client.createApp("shop");
  folder = await mkdtemp(path.join(tmpdir(), "hangar-commands-"));
  const home = path.join(folder, "planets", "default");
  await mkdir(home, { recursive: true });
  const ports = { control: Number(new URL(planet.baseUrl).port), http: 8080 };
  await writeFile(path.join(home, "planet.json"), JSON.stringify({ ports }));
  await writeFile(path.join(home, "token"), TOKEN);
  vi.stubEnv("HANGAR_STATE_DIR", folder);
  vi.stubEnv("HANGAR_APP", "shop");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await planet.stop();
  await rm(folder, { recursive: true, force: true });
});

const hangar = (args: readonly string[], input = ""): Promise<CliResult> =>
  runCli(args, { cwd: folder, input, env: { HANGAR_STATE_DIR: folder, HANGAR_APP: "shop", NO_COLOR: "1" } });

const value = runCommand;

async function failure(args: readonly string[]): Promise<AppError> {
  return runCommand(args).then(
    () => expect.fail(`${args.join(" ")} did not fail`),
    (error: unknown) => error as AppError,
  );
}

describe("machines", () => {
  let first: Machine;

  test("run starts one in a region, list and status show it", async () => {
    first = await value<Machine>(["machine", "run", "web", "--region", "nrt", "--name", "web-1", "-e", "A=1"]);
    expect(first).toMatchObject({ state: "started", region: "nrt", name: "web-1", config: { env: { A: "1" } } });
    const list = await hangar(["machine", "list"]);
    expect(list.stdout).toMatch(/^ID +NAME +STATE/);
    expect(list.stdout).toContain(`${first.id}  web-1  started`);
    const status = await hangar(["machine", "status", "web-1"]);
    expect(status.stdout).toContain(`Machine     ${first.id}`);
    expect(status.stdout).toContain("EVENT");
  });

  test("exec prints what the command prints and ends with its status", async () => {
    expect((await hangar(["machine", "exec", "web-1", "echo 'a b'"])).stdout).toBe("echo|a b\n");
    const { stdout, exitCode } = await hangar(["machine", "exec", "--machine", first.id, "--", "fail", "x"]);
    expect([stdout, exitCode]).toEqual(["fail|x\n", 3]);
  });

  test.each([
    ["in the machine that is named first", ["web-1", "echo", "-a", "--json", "--help", "--", "x", "-a"]],
    ["in the machine that a flag names", ["--machine", "web-1", "echo", "-a", "--json", "--help", "--", "x", "-a"]],
    ["behind --", ["web-1", "--", "echo", "-a", "--json", "--help", "--", "x", "-a"]],
  ])("exec leaves the command its flags, %s", async (_name, words) => {
    expect((await hangar(["machine", "exec", ...words])).stdout).toBe("echo|-a|--json|--help|--|x|-a\n");
  });

  test("exec takes flags before the machine, before the command, and behind a line", async () => {
    const { stdout } = await hangar(["machine", "exec", "--json", "web-1", "--timeout", "5", "echo", "-x"]);
    expect(JSON.parse(stdout)).toMatchObject({ stdout: "echo|-x\n" });
    expect(await value(["machine", "exec", "web-1", "echo -x"])).toMatchObject({ stdout: "echo|-x\n" });
    expect((await hangar(["machine", "exec", "web-1", "--help"])).stdout).toContain("USAGE");
  });

  test("stop and start wait, and are no error where nothing is to be done", async () => {
    expect(await value(["machine", "stop", "web-1"])).toMatchObject([{ id: first.id, result: "stopped" }]);
    expect(await value(["machine", "stop", "web-1"])).toMatchObject([{ result: "stopped" }]);
    const started = await hangar(["machine", "start", first.id]);
    expect(started.stdout).toBe(`Machine ${first.id} in nrt: started\n`);
  });

  test("update changes what is asked for and shows the difference", async () => {
    const { stdout } = await hangar(["machine", "update", "web-1", "-e", "A=2", "--vm-memory", "512", "--yes"]);
    expect(stdout).toContain('- env.A: "1"\n+ env.A: "2"');
    expect(stdout).toContain('memory_mb":512');
    expect(await value(["machine", "update", "web-1", "-e", "A=2", "--yes"])).toMatchObject({ updated: false });
    expect(await failure(["machine", "update", "web-1", "-e", "A=3"])).toMatchObject({ code: "CONFIRMATION_REQUIRED" });
  });

  test("clone makes another one elsewhere; then the machine has to be named", async () => {
    const clone = await value<Machine>(["machine", "clone", "web-1", "--region", "ams"]);
    expect(clone).toMatchObject({ region: "ams", state: "started", config: { env: { A: "2" } } });
    expect(clone.id).not.toBe(first.id);
    expect(await failure(["machine", "stop"])).toMatchObject({ code: "USAGE", oclif: { exit: 2 } });
    expect(await failure(["machine", "stop", "web-2"])).toMatchObject({
      code: "MACHINE_NOT_FOUND",
      suggestions: expect.arrayContaining(["use web-1"]),
    });
    expect(await value(["machine", "cordon", "--all"])).toHaveLength(2);
    expect(await value(["machine", "destroy", clone.id, "--force", "--yes"])).toMatchObject([{ result: "destroyed" }]);
  });

  test("leases are shown and cleared", async () => {
    const path_ = `${planet.baseUrl}/v1/apps/shop/machines/${first.id}/lease?ttl=60`;
    await fetch(path_, { method: "POST", headers: { authorization: `Bearer ${TOKEN}` } });
    expect((await hangar(["machine", "leases", "view"])).stdout).toContain("hangar");
    expect(await failure(["machine", "destroy", first.id, "--force", "--yes"])).toMatchObject({
      code: "LEASE_HELD",
      oclif: { exit: 5 },
    });
    expect(await value(["machine", "leases", "clear", first.id, "--yes"])).toEqual({ cleared: [first.id] });
  });
});

describe("secrets", () => {
  test("come from stdin and .env, are staged, and are never shown", async () => {
    const set = await hangar(["secrets", "set", "API_KEY=-"], "hunter2\n");
    expect(set).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Set API_KEY: staged") });
    await writeFile(path.join(folder, ".env"), `API_KEY=hunter2\nexport DB="a b # c"\n# no\nMULTI="x\ny"\n`);
    expect(await value(["secrets", "diff", "--file", path.join(folder, ".env")])).toEqual([
      { name: "API_KEY", difference: "same" },
      { name: "DB", difference: "only here" },
      { name: "MULTI", difference: "only here" },
    ]);
    const imported = await value<{ set: string[] }>(["secrets", "import", "--file", path.join(folder, ".env")]);
    expect(imported.set).toEqual(["API_KEY", "DB", "MULTI"]);
    expect(planet.store.secrets.get("shop", "MULTI")?.value).toBe("x\ny");
    const list = await hangar(["secrets", "list"]);
    expect(list.stdout).toMatch(/DB +[0-9a-f]{16} +staged/);
    expect(set.stdout + set.stderr + list.stdout).not.toContain("hunter2");
  });

  test("deploy gives them to the machines", async () => {
    expect(await value<{ machines: string[] }>(["secrets", "deploy"])).toMatchObject({
      machines: [expect.any(String)],
    });
    expect(await value(["secrets", "list"])).toMatchObject([{ status: "deployed" }, {}, {}]);
    expect(await failure(["secrets", "unset", "API_KEZ"])).toMatchObject({
      code: "SECRET_NOT_FOUND",
      suggestions: expect.arrayContaining(["use API_KEY"]),
    });
    expect(await value(["secrets", "unset", "DB"])).toMatchObject({ removed: ["DB"], staged: true });
  });
});

describe("the rest", () => {
  test("volumes are made, extended, forked, and destroyed after a question", async () => {
    const [volume] = await value<{ id: string }[]>(["volumes", "create", "data", "--region", "nrt"]);
    expect(await value(["volumes", "extend", "data", "--size", "+2"])).toMatchObject({ volume: { size_gb: 3 } });
    expect(await failure(["volumes", "extend", "data", "--size", "2"])).toMatchObject({ code: "USAGE" });
    expect(await value(["volumes", "fork", "data", "--name", "copy"])).toMatchObject({ name: "copy", region: "nrt" });
    expect((await hangar(["volumes", "list"])).stdout).toContain(volume?.id);
    expect(await failure(["volumes", "destroy", "data"])).toMatchObject({ code: "CONFIRMATION_REQUIRED" });
    expect(await value(["volumes", "destroy", "data", "--yes"])).toEqual({ volume: volume?.id, destroyed: true });
    expect(await failure(["volumes", "show", "copi"])).toMatchObject({
      code: "VOLUME_NOT_FOUND",
      suggestions: expect.arrayContaining(["use copy"]),
    });
  });

  test("addresses, certificates, tokens, organizations and the platform", async () => {
    const { ip } = await value<{ ip: string }>(["ips", "allocate-v6"]);
    expect(await value(["ips", "list"])).toMatchObject([{ ip, version: "v6", type: "public" }]);
    expect(await value(["ips", "release", ip, "--yes"])).toEqual({ released: [ip] });
    expect(await value(["certs", "add", "www.example.com"])).toMatchObject({ hostname: "www.example.com" });
    expect(await value(["certs", "remove", "www.example.com", "--yes"])).toMatchObject({ removed: true });
    const { token } = await value<{ token: string }>(["tokens", "create", "deploy", "--expiry", "24h"]);
    expect(token).toMatch(/^FlyV1 /);
    const [listed] = await value<{ id: string; app: string }[]>(["tokens", "list"]);
    expect(listed).toMatchObject({ app: "shop" });
    expect(JSON.stringify(listed)).not.toContain(token.slice("FlyV1 ".length));
    expect(await value(["tokens", "revoke", listed?.id ?? "", "--yes"])).toMatchObject({ revoked: true });
    expect(await value(["tokens", "list"])).toEqual([]);
    expect(await value(["orgs", "show"])).toMatchObject({ slug: "personal", apps: ["shop"] });
    expect((await hangar(["platform", "regions"])).stdout).toMatch(/nrt +Tokyo/);
  });
});
