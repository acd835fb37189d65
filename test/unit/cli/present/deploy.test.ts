import { describe, expect, test } from "vitest";
import { renderDeployed } from "../../../../src/cli/present/deploy.ts";
import type { DeployResult } from "../../../../src/operations/deploy/deploy.ts";

const RESULT: DeployResult = {
  ...{ target: "local", app: "shop", image: "shop:1", release: 3, warnings: [], urls: [] },
  machines: [{ id: "m1", group: "app", region: "iad", state: "started", action: "created", version: "v1" }],
};
const render = (more: Partial<DeployResult>): string =>
  renderDeployed({ ...RESULT, ...more }, 'on planet "test"', undefined).split("\n\n")[1]!;

describe("the end of a deploy", () => {
  test("says where the app answers: by name, by a port of this machine, and what no port is left for", () => {
    const doors = [
      { app: "shop", protocol: "tcp", port: 5_432, hostPort: 25_432 },
      { app: "shop", protocol: "udp", port: 5_353 },
    ] as const;
    expect(render({ urls: ["http://shop.localhost:8080"], doors: [...doors] })).toBe(
      [
        'shop is at v3 on planet "test"',
        "shop answers at",
        "  http://shop.localhost:8080",
        "  tcp 5432  127.0.0.1:25432",
        "udp 5353  not reachable from this machine: hangar up --service-ports 5353",
      ].join("\n"),
    );
  });

  test("says that an app runs that answers nowhere", () => {
    expect(render({ doors: [] })).toBe('shop is at v3 on planet "test"\nshop runs');
  });
});
