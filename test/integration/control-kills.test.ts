// A few kills of control, so that every run of the suites has some: the long form is in test/soak.
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeKills, killControl } from "../support/control-kills.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { sweepPlanetsNamed } from "../support/sweep.ts";

const PLANET = "test-control-kills";
const PORTS = { httpPort: 18_087, controlPort: 14_287 };
const KILLS = 4;
let cli: HangarCli;

beforeAll(async () => {
  await sweepPlanetsNamed(PLANET);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
});
afterAll(async () => {
  await cli?.[Symbol.asyncDispose]();
  await sweepPlanetsNamed(PLANET);
});

test(`what control acknowledged holds after ${KILLS} deaths in the middle of work`, async () => {
  const deps = { cli, token: await cli.token(), controlPort: PORTS.controlPort };
  const result = await killControl(deps, (kills) => kills < KILLS);
  process.stdout.write(describeKills(result));
  expect(result.operations).toBeGreaterThan(0);
});
