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
  const kills = await killControl(deps, (count) => count < KILLS);
  process.stdout.write(describeKills(kills));
  expect(kills.reduce((sum, { operations }) => sum + operations, 0)).toBeGreaterThan(0);
});
