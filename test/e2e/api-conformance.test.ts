// The platform's specification on a planet as its users have it.
import { afterAll, beforeAll } from "vitest";
import { conformanceSuite } from "../contract/control-plane/conformance.suite.ts";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { sweepPlanet } from "../support/sweep.ts";

const PLANET = "e2e-api";
const PORTS = { httpPort: 21_201, controlPort: 21_202 };

let cli: HangarCli;
let token: string;

beforeAll(async () => {
  await machineEngine.prepare(["debian:bookworm-slim"]);
  await sweepPlanet(PLANET);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  token = await cli.token();
});
afterAll(async () => {
  await cli.run(["reset", "--yes"]);
  await cli[Symbol.asyncDispose]();
  await sweepPlanet(PLANET);
});

conformanceSuite("planet", () => ({
  baseUrl: `http://127.0.0.1:${PORTS.controlPort}`,
  token,
  config: { image: "debian:bookworm-slim", init: { exec: ["sleep", "86400"] }, restart: { policy: "always" } },
}));
