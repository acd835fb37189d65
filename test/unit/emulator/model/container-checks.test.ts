import { expect, test } from "vitest";
import { commandChecks, containerChecks } from "../../../../src/emulator/model/container-checks.ts";

test("checks of containers have their container's name, seconds, and thresholds of at least one", () => {
  const config = {
    containers: [
      { name: "web", healthchecks: [{ name: "up", tcp: { port: 80 }, interval: 5, success_threshold: 2 }] },
      { healthchecks: [{ exec: { command: ["true"] }, timeout: 600, grace_period: 3, failure_threshold: 0 }] },
    ],
  };
  expect(containerChecks(config)).toMatchObject([
    {
      ...{ name: "web-up", container: "web", intervalMs: 5_000, timeoutMs: 2_000, gracePeriodMs: 0 },
      ...{ successThreshold: 2, failureThreshold: 1 },
    },
    { name: "container-1-0", intervalMs: 15_000, timeoutMs: 60_000, gracePeriodMs: 3_000, failureThreshold: 1 },
  ]);
  expect(commandChecks(config)).toMatchObject([{ name: "container-1-0", container: "container-1", command: ["true"] }]);
});

test("a check of the top level is a command by its type alone", () => {
  const checks = {
    ready: { type: "exec", command: ["test", "-f", "/ready"], interval: "2s" },
    port: { type: "tcp", port: 80 },
    empty: { type: "exec" },
  };
  expect(commandChecks({ checks })).toMatchObject([
    { name: "ready", container: undefined, command: ["test", "-f", "/ready"], intervalMs: 2_000, gracePeriodMs: 1_000 },
    { name: "empty", command: [] },
  ]);
});
