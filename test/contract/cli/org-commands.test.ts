// What organizations allow of replays: commands in, settings out, and what edge is told; against a planet in memory.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { waitUntil } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import { runCommand } from "../../support/run-command.ts";

let planet: MemoryPlanet;
let folder: string;

const call = (method: string, target: string, body: unknown): Promise<Response> =>
  fetch(`${planet.baseUrl}${target}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  planet = await startMemoryPlanet({ images: {} });
  for (const [app, slug] of [
    ["shop", "personal"],
    ["their-shop", "acme"],
    ["big-shop", "globex"],
  ])
    await call("POST", "/v1/apps", { app_name: app, org_slug: slug });
  folder = await mkdtemp(path.join(tmpdir(), "hangar-orgs-"));
  const home = path.join(folder, "planets", "default");
  await mkdir(home, { recursive: true });
  const ports = { control: Number(new URL(planet.baseUrl).port), http: 8080 };
  await writeFile(path.join(home, "planet.json"), JSON.stringify({ ports }));
  await writeFile(path.join(home, "token"), TOKEN);
  vi.stubEnv("HANGAR_STATE_DIR", folder);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await planet.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until edge is told exactly these. */
const told = (organizations: unknown) =>
  waitUntil(
    () => (JSON.stringify(planet.world()?.organizations) === JSON.stringify(organizations) ? true : undefined),
    { what: `edge to hear of ${JSON.stringify(organizations)}`, deadlineMs: 5_000, intervalMs: 5 },
  );

test("RP-12: replays across an organization's networks can be enabled and disabled", async () => {
  const cross = (verb: string, ...more: string[]) => runCommand(["orgs", "cross-network-replays", verb, ...more]);
  expect(await cross("status")).toEqual({ organization: "personal", enabled: false });
  expect(await cross("enable", "--org", "acme")).toEqual({ organization: "acme", enabled: true });
  expect(await cross("status", "--org", "acme")).toEqual({ organization: "acme", enabled: true });
  expect(await cross("status")).toEqual({ organization: "personal", enabled: false });
  await told([{ slug: "acme", crossNetwork: true, sources: [] }]);
  expect(await cross("disable", "-o", "acme")).toEqual({ organization: "acme", enabled: false });
  await told([]);
  await expect(cross("enable", "--org", "acne")).rejects.toMatchObject({ code: "ORGANIZATION_NOT_FOUND" });
});

test("RP-12: an organization names the others that replays may come from", async () => {
  const sources = (verb: string, ...more: string[]) => runCommand(["orgs", "replay-sources", verb, ...more]);
  expect(await sources("list")).toEqual({ organization: "personal", sources: [] });
  expect(await sources("add", "globex", "acme", "acme")).toEqual({
    organization: "personal",
    sources: ["acme", "globex"],
  });
  await told([{ slug: "personal", crossNetwork: false, sources: ["acme", "globex"] }]);
  expect(await sources("list", "--org", "acme")).toEqual({ organization: "acme", sources: [] });
  expect(await sources("remove", "acme", "nobody", "--yes")).toEqual({ organization: "personal", sources: ["globex"] });
  expect(await sources("list")).toEqual({ organization: "personal", sources: ["globex"] });
  await expect(sources("add", "nobody")).rejects.toMatchObject({ code: "ORGANIZATION_NOT_FOUND" });
  await expect(sources("add", "personal")).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  await expect(sources("remove", "globex")).rejects.toMatchObject({ code: "CONFIRMATION_REQUIRED" });
});

test("what is not allowed to be asked is refused", async () => {
  const settings = "/hangar/v1/organizations/acme/replays";
  expect((await call("PATCH", settings, { crossNetwork: "yes" })).status).toBe(400);
  expect((await call("PATCH", settings, { all: true })).status).toBe(400);
  expect((await call("PATCH", settings, { add: ["nobody"] })).status).toBe(404);
  expect((await call("PATCH", "/hangar/v1/organizations/nobody/replays", {})).status).toBe(404);
});
