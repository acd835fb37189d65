import { describe, expect, test } from "vitest";
import { createProgress } from "../../../../src/cli/output/progress.ts";
import type { Machine } from "../../../../src/contract/machine.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { destroyApp } from "../../../../src/operations/apps/destroy-app.ts";
import { listApps } from "../../../../src/operations/apps/list-apps.ts";
import { appUrl, presentableUrl } from "../../../../src/operations/apps/presentable-url.ts";
import { createTestClock } from "../../../support/test-clock.ts";

const machine = (id: string, region: string, handlers?: string[]): Machine => ({
  id,
  name: id,
  state: "started",
  region,
  instance_id: "01",
  private_ip: "fdaa::2",
  config: {
    image: "x",
    ...(handlers === undefined
      ? {}
      : { services: [{ protocol: "tcp", internal_port: 80, ports: [{ port: 80, handlers }] }] }),
  },
  created_at: "",
  updated_at: "",
  events: [],
});

describe("listApps", () => {
  test("names each app's regions once", async () => {
    const organization = { name: "personal", slug: "personal" };
    const api = {
      apps: {
        list: async () =>
          ["b", "a"].map((name) => ({ id: name, name, status: "deployed", machine_count: 0, organization })),
      },
      machines: {
        list: async (app: string) =>
          app === "a" ? [machine("1", "nrt"), machine("2", "ams"), machine("3", "nrt")] : [],
      },
    };
    const urlOf = (app: string): string => `http://${app}.localhost:8080`;
    expect(await listApps(["personal"], { api, urlOf })).toEqual([
      { name: "a", status: "deployed", machines: 3, regions: ["ams", "nrt"], url: "http://a.localhost:8080" },
      { name: "b", status: "deployed", machines: 0, regions: [], url: "http://b.localhost:8080" },
    ]);
  });
});

describe("destroyApp", () => {
  const destroy = async (refuse: (id: string) => AppError | undefined) => {
    const log: string[] = [];
    const api = {
      machines: {
        destroy: async (_app: string, id: string) => {
          const error = refuse(id);
          if (error !== undefined) throw error;
          log.push(`destroy ${id}`);
        },
        wait: async (_app: string, id: string, { state }: { state: string }) => void log.push(`wait ${id} ${state}`),
      },
      apps: { destroy: async (app: string) => void log.push(`destroy ${app}`) },
    };
    const plan = {
      app: "a",
      machines: [
        { id: "1", region: "iad" },
        { id: "2", region: "ams" },
      ],
    };
    const failure = await destroyApp(plan, { api, progress: createProgress(createTestClock()) }).then(
      () => undefined,
      (error: unknown) => (error as AppError).code,
    );
    return { log, failure };
  };

  test("lets the app go after its machines", async () => {
    const { log } = await destroy(() => undefined);
    expect(log.toSorted()).toEqual(["destroy 1", "destroy 2", "destroy a", "wait 1 destroyed", "wait 2 destroyed"]);
    expect(log.at(-1)).toBe("destroy a");
  });

  test("goes on where a machine is gone already, and stops where one cannot be destroyed", async () => {
    expect(
      (await destroy((id) => (id === "1" ? new AppError("MACHINE_NOT_FOUND", "gone") : undefined))).log.at(-1),
    ).toBe("destroy a");
    const { log, failure } = await destroy((id) => (id === "1" ? new AppError("DOCKER_FAILED", "no") : undefined));
    expect(failure).toBe("DOCKER_FAILED");
    expect(log).not.toContain("destroy a");
  });
});

describe("presentableUrl", () => {
  const at = (machines: Machine[]) =>
    presentableUrl(
      { app: "a", path: "/", region: undefined },
      { machines: { list: async () => machines }, url: "http://a.localhost:8080" },
    );

  test("is the app's own host on the planet", async () => {
    expect(await at([machine("1", "iad", ["http"])])).toBe("http://a.localhost:8080/");
    expect(appUrl({ path: "x?y=ä", region: "syd" }, "http://a.localhost:8080")).toBe(
      "http://syd.a.localhost:8080/x?y=%C3%A4",
    );
  });

  test("never leaves the app's host, whatever the path says", () => {
    expect(appUrl({ path: "//elsewhere.example/x" }, "https://a.fly.dev")).toBe(
      "https://a.fly.dev//elsewhere.example/x",
    );
  });

  test.each([[[]], [[machine("1", "iad")]], [[machine("1", "iad", ["pg_tls"])]]])(
    "refuses an app without an HTTP service",
    async (machines) => {
      await expect(at(machines)).rejects.toMatchObject({
        code: "NO_PRESENTABLE_SERVICE",
        suggestions: [expect.stringContaining("hangar deploy")],
      });
    },
  );
});
