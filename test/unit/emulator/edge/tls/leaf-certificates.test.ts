import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createLeafCertificates } from "../../../../../src/emulator/edge/tls/leaf-certificates.ts";
import { createAuthority, openAuthority } from "../../../../../src/platform/x509.ts";

const DAY_MS = 86_400_000;

async function rig() {
  const clock = { nowMs: Date.UTC(2026, 10, 22), down: false, leadMs: 0 };
  const { sign } = await openAuthority(await createAuthority("Test", clock.nowMs), () => clock.nowMs + clock.leadMs);
  const signed: string[] = [];
  const certificates = createLeafCertificates({
    nowMs: () => clock.nowMs,
    sign: async (name, publicKey) => {
      signed.push(name);
      if (clock.down) throw new Error("down");
      const certificate = await sign({ name, publicKey });
      expect(new X509Certificate(certificate).checkHost(name)).toBe(name);
      return { certificate };
    },
  });
  return { clock, signed, certificates };
}

describe("leaf certificates", () => {
  test("are signed once per name, however many ask", async () => {
    const { certificates, signed } = await rig();
    const [a, b] = await Promise.all([certificates.contextFor("a.localhost"), certificates.contextFor("a.localhost")]);
    expect(a).toBe(b);
    await certificates.contextFor("b.localhost");
    expect(signed).toEqual(["a.localhost", "b.localhost"]);
  });

  test("are replaced before they end", async () => {
    const { certificates, signed, clock } = await rig();
    const first = await certificates.contextFor("a.localhost");
    clock.nowMs += 59 * DAY_MS;
    expect(await certificates.contextFor("a.localhost")).toBe(first);
    clock.nowMs += 2 * DAY_MS;
    expect(await certificates.contextFor("a.localhost")).not.toBe(first);
    expect(signed).toHaveLength(2);
  });

  test("of another version are asked for anew; one that ends soon is not asked for with each handshake", async () => {
    const { certificates, signed, clock } = await rig();
    const first = await certificates.contextFor("shop.example", "1");
    expect(await certificates.contextFor("shop.example", "1")).toBe(first);
    expect(await certificates.contextFor("shop.example", "2")).not.toBe(first);
    expect(signed).toHaveLength(2);
    clock.leadMs = -80 * DAY_MS;
    await certificates.contextFor("late.example", "1");
    clock.nowMs += 60_000;
    await certificates.contextFor("late.example", "1");
    expect(signed).toHaveLength(3);
  });

  test("are asked for again after control could not sign", async () => {
    const { certificates, signed, clock } = await rig();
    clock.down = true;
    await expect(certificates.contextFor("a.localhost")).rejects.toThrow("down");
    clock.down = false;
    await certificates.contextFor("a.localhost");
    expect(signed).toHaveLength(2);
  });

  test("take a bounded number of names and of signatures at a time", async () => {
    const { certificates, signed } = await rig();
    const asked = Array.from({ length: 80 }, (_, i) =>
      certificates.contextFor(`a${i}.localhost`).catch(() => "refused"),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === "refused")).toHaveLength(16);
    expect(signed).toHaveLength(64);
  });
});
