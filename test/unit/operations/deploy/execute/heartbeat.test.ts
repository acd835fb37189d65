import { expect, test } from "vitest";
import type { Fleet } from "../../../../../src/operations/deploy/execute/fleet.ts";
import { startHeartbeat } from "../../../../../src/operations/deploy/execute/heartbeat.ts";
import { AppError } from "../../../../../src/errors/app-error.ts";
import { systemClock } from "../../../../../src/platform/clock.ts";

/** A heartbeat that beats when the test says so, on machines whose leases may run out. */
function aHeartbeat() {
  const leases = new Map<string, string>();
  let made = 0;
  let adopted = false;
  const fleet = {
    lease: async (id: string, _ttlS: number, nonce?: string) => {
      const present = leases.get(id);
      if (present !== undefined && present !== nonce) throw new AppError("CONFLICT", "lease currently held");
      if (present === undefined) leases.set(id, `nonce-${(made += 1)}`);
      return leases.get(id);
    },
    releaseLease: async (id: string, nonce: string) => {
      if (leases.get(id) === nonce) leases.delete(id);
    },
    change: async () => {
      if (adopted) throw new AppError("CONFLICT", "the release is somebody else's");
    },
  } as unknown as Fleet;
  let wake = (): void => undefined;
  const clock = {
    ...systemClock,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        wake = resolve;
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
  };
  const heartbeat = startHeartbeat({ release: { id: "r1", nonce: "n" }, ttlS: 13 }, fleet, clock);
  const beat = async (): Promise<void> => {
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { heartbeat, leases, beat, adopt: () => (adopted = true) };
}

test("a lease that has run out meanwhile is taken again, and used from then on", async () => {
  const { heartbeat, leases, beat } = aHeartbeat();
  await heartbeat.take(["m1", "m2"]);
  expect(heartbeat.nonceOf("m1")).toBe(leases.get("m1"));
  await beat();
  expect(heartbeat.nonceOf("m1")).toBe("nonce-1");
  leases.delete("m1");
  await beat();
  expect(leases.get("m1")).toBe("nonce-3");
  expect([heartbeat.nonceOf("m1"), heartbeat.nonceOf("m2")]).toEqual(["nonce-3", "nonce-2"]);
  await heartbeat.end();
  expect(leases.size).toBe(0);
});

test("is lost when somebody else has taken the release over", async () => {
  const { heartbeat, beat, adopt } = aHeartbeat();
  adopt();
  await beat();
  expect(heartbeat.lost.aborted).toBe(true);
  await heartbeat.end();
});
