import { assert, constantFrom, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAppConfig } from "../../../src/project/parse-app-config.ts";
import { renderAppConfig } from "../../../src/project/render-app-config.ts";

const minimal = { app: "shop", region: "iad", internalPort: 8_080 };

describe("renderAppConfig", () => {
  test("of a plain project is the platform's usual one", () => {
    expect(renderAppConfig(minimal)).toBe(`app = "shop"
primary_region = "iad"

[http_service]
  internal_port = 8080
  force_https = true
  auto_stop_machines = "stop"
  auto_start_machines = true
  min_machines_running = 0

[[vm]]
  size = "shared-cpu-1x"
  memory = "1gb"
`);
  });

  test("says everything that is special about a project", () => {
    const text = renderAppConfig({
      ...minimal,
      dockerfile: "Containerfile",
      healthPath: "/up",
      env: { A: "1" },
      processes: new Map([
        ["web", "run web"],
        ["worker", 'run "the worker"'],
      ]),
      webProcess: "web",
      releaseCommand: "migrate",
      killSignal: "SIGTERM",
      volume: { source: "data", destination: "/data" },
    });
    const { config, problems } = parseAppConfig(text, "fly.toml");
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      killSignal: "SIGTERM",
      build: { dockerfile: "Containerfile" },
      env: { A: "1" },
      deploy: { releaseCommand: "migrate" },
      processes: { web: "run web", worker: 'run "the worker"' },
      mounts: [{ source: "data", destination: "/data" }],
      services: [{ internalPort: 8_080, processes: ["web"], checks: [{ type: "http", path: "/up" }] }],
    });
  });

  test("writes any text so that it is read back as it was", () => {
    assert(
      property(
        string({ unit: "grapheme" }),
        constantFrom("", "\u007F", '"""', "\\", "\u0000\n\r\t", "\u0085\u2028\u2029"),
        (word, odd) => {
          const value = word + odd;
          const { config } = parseAppConfig(renderAppConfig({ ...minimal, env: { A: value } }), "fly.toml");
          expect(config?.env["A"]).toBe(value);
        },
      ),
    );
  });
});
