// Kills control for a long time, or HANGAR_KILLS times: see test/support/control-kills.ts for what has to hold.
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { describeHealing, describeKill, describeKills, type Kill, killControl } from "../support/control-kills.ts";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";

const SECONDS = Number(process.env["HANGAR_SOAK_SECONDS"] ?? "60");
const KILLS = Number(process.env["HANGAR_KILLS"] ?? "0");
/** How soon the planet has to be whole again after each. */
const HEALED_WITHIN_MS = Number(process.env["HANGAR_HEALED_WITHIN_MS"] ?? "5000");
const PORTS = { httpPort: 18_086, controlPort: 14_286 };
let cli: HangarCli;

beforeAll(async () => {
  await machineEngine.prepare([]);
  cli = await createHangarCli({ planet: "soak-control", ...PORTS });
  await cli.run(["reset", "--yes"]);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
});
afterAll(() => cli[Symbol.asyncDispose]());

test("control survives as many kills as there is time for, or as were asked for", async () => {
  const endsAt = systemClock.monotonic() + SECONDS * 1_000;
  const goesOn = (kills: number): boolean => (KILLS > 0 ? kills < KILLS : systemClock.monotonic() < endsAt);
  const deps = {
    ...{ cli, token: await cli.token(), controlPort: PORTS.controlPort },
    progress: (kill: Kill): void =>
      void process.stdout.write(kill.healedMs > HEALED_WITHIN_MS ? describeHealing(kill) : describeKill(kill)),
  };
  const kills = await killControl(deps, goesOn);
  process.stdout.write(describeKills(kills));
  expect(kills.length).toBeGreaterThan(0);
  expect(kills.filter(({ healedMs }) => healedMs > HEALED_WITHIN_MS).map(describeKill)).toEqual([]);
});
