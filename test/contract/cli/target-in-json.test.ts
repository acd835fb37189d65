// Every command that changes something says with --json on which target: objects have it, and so has each object of a list.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import { runCli } from "../../support/run-cli.ts";

let planet: MemoryPlanet;
let folder: string;

beforeAll(async () => {
  planet = await startMemoryPlanet({ images: { web: { kind: "runs" } } });
  await planet.client.createApp("shop");
  folder = await mkdtemp(path.join(tmpdir(), "hangar-targets-"));
  const home = path.join(folder, "planets", "default");
  await mkdir(home, { recursive: true });
  const ports = { control: Number(new URL(planet.baseUrl).port), http: 8080 };
  await writeFile(path.join(home, "planet.json"), JSON.stringify({ ports }));
  await writeFile(path.join(home, "token"), TOKEN);
});
afterAll(async () => {
  await planet.stop();
  await rm(folder, { recursive: true, force: true });
});

/** In the order of one app's life. */
test.each([
  "machine run web --name one --metadata fly_platform_version=v2",
  "machine update one --metadata a=b --yes",
  "machine stop one",
  "volumes create data",
  "secrets set A=1",
  "ips allocate-v6",
  "certs add www.example.com",
  "scale count 1 --yes",
  "machine destroy one --force --yes",
  "apps destroy shop --yes",
])("%s", async (line) => {
  const env = { HANGAR_STATE_DIR: folder, NO_COLOR: "1" };
  const app = line.startsWith("apps") ? [] : ["--app", "shop"];
  const { stdout, stderr } = await runCli([...line.split(" "), ...app, "--json"], { cwd: folder, env });
  const value: unknown = JSON.parse(stdout);
  const objects = Array.isArray(value) ? value : [value];
  expect(objects.length, stdout + stderr).toBeGreaterThan(0);
  for (const object of objects) expect(object).toMatchObject({ target: "local" });
});
