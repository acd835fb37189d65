// What every ContainerRuntime has to do. Run on memory in the contract project and on Docker in integration.
import { describe } from "vitest";
import { describeEngine, describeNetworks } from "./container-runtime.engine-cases.ts";
import { describeLife } from "./container-runtime.life-cases.ts";
import { describeArchives, describeCommands } from "./container-runtime.attach-cases.ts";
import { describeBounds, describeVolumes } from "./container-runtime.bounds-cases.ts";
import { describeEvents, describeInput, describeInside, describeLogs } from "./container-runtime.stream-cases.ts";
import { openRuntimeSuite, type RuntimeHarness } from "./container-runtime.suite.ts";

/** Runs the suite. `deviations`: titles of cases that do not hold for the implementation, and why; they are skipped. */
export function describeContainerRuntime(
  name: string,
  make: () => Promise<RuntimeHarness>,
  deviations: Readonly<Record<string, string>> = {},
): void {
  describe(`container runtime on ${name}`, () => {
    const suite = openRuntimeSuite(make, deviations);
    describeEngine(suite);
    describeNetworks(suite);
    describeLife(suite);
    describeBounds(suite);
    describeVolumes(suite);
    describeInside(suite);
    describeInput(suite);
    describeCommands(suite);
    describeArchives(suite);
    describeLogs(suite);
    describeEvents(suite);
  });
}
