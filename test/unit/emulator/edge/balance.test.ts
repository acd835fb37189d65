import { describe, expect, test } from "vitest";
import { type BalanceView, chooseBackend, DEFAULT_SOFT_LIMIT } from "../../../../src/emulator/edge/balance.ts";
import { httpFeatures } from "../../../../src/emulator/edge/http-features.ts";
import type { Backend, Ring } from "../../../../src/emulator/edge/world-index.ts";
import { HTTP_SERVICE, worldMachine } from "../../../support/edge-rig.ts";

type Limits = { readonly softLimit?: number; readonly hardLimit?: number };

function backend(id: string, region = "ams", limits: Limits = {}): Backend {
  const service = { ...HTTP_SERVICE, concurrency: { type: "requests" as const, ...limits } };
  const machine = worldMachine({ id, region, address4: "127.0.1.2", port: 8080 });
  return { machine, service, key: `${id}:8080`, features: httpFeatures(service.ports[0]!) };
}
const ring = (rttMs: number, ...backends: Backend[]): Ring => ({ rttMs, backends, asleep: [], coming: [] });

function view(loads: Readonly<Record<string, number>> = {}, more: Partial<BalanceView> = {}): BalanceView {
  return {
    load: (key) => loads[key.split(":")[0]!] ?? 0,
    isHealthy: () => true,
    isWaking: () => false,
    excluded: new Set(),
    random: () => 0,
    nowMs: () => 0,
    ...more,
  };
}
const chosen = (rings: readonly Ring[], given: BalanceView): string => {
  const choice = chooseBackend(rings, given);
  return choice.kind === "chosen" ? choice.backend.machine.id : choice.kind;
};

describe("chooseBackend", () => {
  const limits = { softLimit: 2, hardLimit: 4 };
  const near = ring(0, backend("a", "ams", limits), backend("b", "ams", limits));
  const far = ring(80, backend("c", "iad", limits));

  test("LB-01 LB-03 LB-16: takes the nearest machine below its soft limit, by chance among equals", () => {
    expect(chosen([near, far], view({ a: 1 }))).toBe("a");
    expect(chosen([near, far], view({ a: 1 }, { random: () => 0.99 }))).toBe("b");
  });

  test("LB-02 LB-04: does not tell exact counts apart, only the three buckets", () => {
    expect(chosen([near], view({ a: 1, b: 0 }))).toBe("a");
    expect(chosen([near], view({ a: 2, b: 1 }))).toBe("b");
    expect(chosen([near], view({ a: 4, b: 3 }))).toBe("b");
  });

  test("LB-08: fills a region to its hard limits before it takes a farther one", () => {
    expect(chosen([near, far], view({ a: 3, b: 2 }))).toBe("a");
    expect(chosen([near, far], view({ a: 4, b: 4 }))).toBe("c");
    expect(chosen([near, far], view({ a: 4, b: 4, c: 4 }))).toBe("full");
  });

  test("LB-17: passes unhealthy and failed machines by", () => {
    expect(chosen([near, far], view({}, { isHealthy: ({ machine }) => machine.id !== "a" }))).toBe("b");
    expect(chosen([near, far], view({}, { excluded: new Set(["a", "b"]) }))).toBe("c");
    expect(chosen([near, far], view({}, { isHealthy: () => false }))).toBe("unhealthy");
    expect(chosen([near, far], view({ c: 4 }, { isHealthy: ({ machine }) => machine.region === "iad" }))).toBe("full");
    expect(chosen([near, far], view({}, { excluded: new Set(["a", "b", "c"]) }))).toBe("none");
    expect(chosen([], view())).toBe("none");
  });

  test("LB-05: knows limits that are not set: soft 20, hard none", () => {
    const unset = ring(0, backend("a"), backend("b"));
    expect(chosen([unset, far], view({ a: DEFAULT_SOFT_LIMIT, b: DEFAULT_SOFT_LIMIT - 1 }))).toBe("b");
    expect(chosen([unset, far], view({ a: 100_000, b: 100_000 }))).toBe("a");
  });

  test("spreads load as the platform's documentation says (LB-10)", () => {
    const inAms = Array.from({ length: 3 }, (_, n) => backend(`ams${n}`, "ams", { softLimit: 20, hardLimit: 25 }));
    const elsewhere = Array.from({ length: 7 }, (_, n) => backend(`iad${n}`, "iad", { softLimit: 20, hardLimit: 25 }));
    const rings = [ring(0, ...inAms), ring(80, ...elsewhere)];
    const loads: Record<string, number> = {};
    let seed = 1;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const fill = (count: number): void => {
      for (let n = 0; n < count; n += 1) {
        const id = chosen(rings, view(loads, { random }));
        loads[id] = (loads[id] ?? 0) + 1;
      }
    };
    fill(60);
    expect(loads).toEqual({ ams0: 20, ams1: 20, ams2: 20 });
    fill(15);
    expect(loads).toEqual({ ams0: 25, ams1: 25, ams2: 25 });
    fill(175);
    expect(Object.values(loads)).toEqual(Array.from({ length: 10 }, () => 25));
    expect(chosen(rings, view(loads))).toBe("full");
  });
});
