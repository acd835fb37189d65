import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/contract/machine.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { machineRow, readStatus } from "../../../../src/operations/status/read-status.ts";
import { type WatchedStatus, watchStatus } from "../../../../src/operations/status/watch-status.ts";

const machine = (id: string, region: string, changes: Partial<Machine> = {}): Machine => ({
  id,
  name: `name-${id}`,
  state: "started",
  region,
  instance_id: "01ABC",
  private_ip: "fdaa::2",
  config: { image: "x" },
  created_at: "",
  updated_at: "2026-11-22T10:00:00Z",
  events: [],
  ...changes,
});
const app = {
  id: "1",
  name: "a",
  status: "deployed",
  machine_count: 2,
  organization: { name: "personal", slug: "personal" },
};
const planet = {
  planet: "default",
  version: "0.1.0",
  image: "hangar-planet:1",
  home: "iad",
  state: "ready" as const,
  worldVersion: 3,
  components: [],
  regions: [],
};
const client = {
  planet: async () => planet,
  organizations: async () => [{ id: "1", slug: "personal", name: "personal", type: "PERSONAL" as const }],
};
const deps = {
  api: {
    apps: { list: async () => [app], get: async () => app },
    machines: { list: async () => [machine("2", "nrt"), machine("3", "ams"), machine("1", "nrt")] },
  },
  target: { name: "local" as const },
  planet: () => client,
  urlOf: (name?: string) => `http://${name === undefined ? "" : `${name}.`}localhost:8080`,
};

describe("machineRow", () => {
  test("counts the checks that pass", () => {
    const check = (status: "passing" | "critical") => ({ name: status, status, output: "", updated_at: "" });
    const row = machineRow(
      machine("1", "iad", {
        checks: [check("passing"), check("critical")],
        config: { image: "x", metadata: { fly_release_version: "7" } },
      }),
    );
    expect(row).toMatchObject({ checks: { passing: 1, total: 2 }, version: "7", instanceId: "01ABC" });
    expect(machineRow(machine("1", "iad"))).toMatchObject({ checks: { passing: 0, total: 0 }, version: undefined });
  });
});

describe("readStatus", () => {
  test("of an app has its machines by region", async () => {
    const reading = await readStatus({ app: "a" }, deps);
    expect(reading).toMatchObject({
      app: { name: "a", machines: [{ id: "3" }, { id: "1" }, { id: "2" }] },
      url: "http://a.localhost:8080",
    });
  });

  test("of an app on Fly.io asks no planet", async () => {
    const planetOf = (): never => {
      throw new AppError("TARGET_UNSUPPORTED", "no planet");
    };
    const reading = await readStatus({ app: "a" }, { ...deps, target: { name: "fly" }, planet: planetOf });
    expect(reading).toMatchObject({ app: { name: "a" }, doors: [] });
  });

  test("without an app has the planet and all apps", async () => {
    expect(await readStatus({ app: undefined }, deps)).toMatchObject({
      planet,
      apps: [{ name: "a", machines: [{}, {}, {}] }],
    });
  });
});

describe("watchStatus", () => {
  test("goes on while the planet does not answer, until it is interrupted", async () => {
    const controller = new AbortController();
    let count = 0;
    const flaky = {
      ...client,
      planet: async () => {
        count += 1;
        if (count === 2) throw new AppError("UNREACHABLE", "no answer");
        return planet;
      },
    };
    const seen: string[] = [];
    const sleep = async (): Promise<void> => {
      if (seen.length === 3) controller.abort(new AppError("CANCELLED", "Interrupted"));
      controller.signal.throwIfAborted();
    };
    const watch = async (readings: AsyncIterable<WatchedStatus>): Promise<void> => {
      for await (const watched of readings) seen.push("problem" in watched ? watched.problem : "reading");
    };
    await expect(
      watch(
        watchStatus({ app: undefined }, { ...deps, planet: () => flaky, clock: { sleep }, signal: controller.signal }),
      ),
    ).rejects.toMatchObject({ code: "CANCELLED" });
    expect(seen).toEqual(["reading", "no answer", "reading"]);
  });
});
