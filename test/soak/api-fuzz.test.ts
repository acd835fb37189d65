// Twenty thousand requests made from the specification.
import { afterAll, beforeAll, expect, test } from "vitest";
import { fuzz } from "../support/api-fuzz.ts";
import { type FuzzPlanet, startFuzzPlanet } from "../support/fuzz-planet.ts";

const REQUESTS = Number(process.env["HANGAR_FUZZ_REQUESTS"] ?? "20000");
const SEED = Number(process.env["HANGAR_FUZZ_SEED"] ?? "20260101");

let subject: FuzzPlanet;
beforeAll(async () => {
  subject = await startFuzzPlanet();
});
afterAll(() => subject.planet.stop());

test(`${REQUESTS} requests from seed ${SEED}`, async () => {
  const startedAt = performance.now();
  const { statuses, slowestMs, slowest } = await fuzz(subject.target, REQUESTS, SEED);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(
    `${REQUESTS} requests in ${seconds} s; slowest ${slowestMs.toFixed(0)} ms (${slowest}); ${JSON.stringify(statuses)}\n`,
  );
  expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(REQUESTS);
});
