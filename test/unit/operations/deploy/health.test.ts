import { describe, expect, test } from "vitest";
import type { Machine, MachineConfig } from "../../../../src/contract/machine.ts";
import { checkCounts, unexpectedExit } from "../../../../src/operations/deploy/health-facts.ts";

function aMachine(config: Partial<MachineConfig>, more: Partial<Machine> = {}): Machine {
  return {
    ...{
      id: "148ed599c14189",
      name: "quiet-river-1",
      state: "started",
      region: "iad",
      instance_id: "01",
      private_ip: "",
    },
    ...{ created_at: "", updated_at: "", events: [], config: { image: "x", ...config } },
    ...more,
  };
}
const tcp = (port: number, more: object = {}) => ({ protocol: "tcp" as const, internal_port: port, ...more });
const passing = (name: string) => ({ name, status: "passing" as const, output: "", updated_at: "" });

describe("checkCounts", () => {
  test("waits for edge's look at a port that no check looks at", () => {
    const services = [tcp(8080)];
    expect(checkCounts(aMachine({ services }))).toMatchObject({ passing: 0, total: 1 });
    expect(checkCounts(aMachine({ services }, { checks: [passing("hangar-port-8080")] }))).toMatchObject({
      passing: 1,
      total: 1,
    });
  });

  test("does not wait for it where a service's or a top-level check looks there, nor for UDP", () => {
    const checked = [tcp(8080, { checks: [{ type: "http" }] })];
    expect(checkCounts(aMachine({ services: checked })).total).toBe(0);
    expect(checkCounts(aMachine({ services: [tcp(8080)], checks: { alive: { type: "tcp", port: 8080 } } })).total).toBe(
      0,
    );
    expect(checkCounts(aMachine({ services: [{ protocol: "udp", internal_port: 53 }] })).total).toBe(0);
  });

  test("looks at each port once, and at one beside a check of another port", () => {
    const services = [tcp(8080, { checks: [{ type: "http", port: 9090 }] }), tcp(8080)];
    expect(checkCounts(aMachine({ services })).total).toBe(1);
  });
});

describe("unexpectedExit", () => {
  const exit = (timestamp: number, exit_event: object) => ({
    ...{ type: "exit", status: "stopped", source: "flyd" as const, timestamp },
    request: { exit_event },
  });

  test("finds the exit that nobody asked for, and not those from before", () => {
    const events = [exit(20, { exit_code: 3, oom_killed: false, requested_stop: false })];
    expect(unexpectedExit(aMachine({}, { events }), 10)).toEqual({ exitCode: 3, oomKilled: false });
    expect(unexpectedExit(aMachine({}, { events }), 30)).toBeUndefined();
  });

  test("takes a requested stop for what it is", () => {
    const events = [exit(20, { exit_code: 0, requested_stop: true })];
    expect(unexpectedExit(aMachine({}, { events }), 10)).toBeUndefined();
  });
});
