import { createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { type AuthorityMaterial, createAuthority, openAuthority } from "../../../src/platform/x509.ts";

const NOW_MS = Date.UTC(2026, 10, 22);
let material: AuthorityMaterial;

beforeAll(async () => {
  material = await createAuthority("Someone's authority", NOW_MS);
});

function publicKey(): string {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return pair.publicKey.export({ format: "pem", type: "spki" }).toString();
}

describe("a certificate authority", () => {
  test("may sign servers, and nothing below them", () => {
    const certificate = new X509Certificate(material.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe("CN=Someone's authority");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.validToDate.getTime() - NOW_MS).toBe(3_650 * 86_400_000);
  });

  test("signs a key that it has not seen, for one name", async () => {
    const { sign } = await openAuthority(material, () => NOW_MS);
    const key = publicKey();
    const leaf = new X509Certificate(await sign({ name: "my-app.localhost", publicKey: key }));
    const issuer = new X509Certificate(material.certificate);
    expect(leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkHost("my-app.localhost")).toBe("my-app.localhost");
    expect(leaf.checkHost("other.localhost")).toBeUndefined();
    expect(leaf.publicKey.equals(createPublicKey(key))).toBe(true);
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(leaf.validToDate.getTime() - NOW_MS).toBe(90 * 86_400_000);
  });

  test("gives names that are longer than a common name may be", async () => {
    const name = `${"a".repeat(63)}.localhost`;
    const { sign } = await openAuthority(material, () => NOW_MS);
    expect(new X509Certificate(await sign({ name, publicKey: publicKey() })).checkHost(name)).toBe(name);
  });

  test("is refused where key and certificate are not one pair", async () => {
    const other = await createAuthority("Another", NOW_MS);
    const mixed = { certificate: material.certificate, key: other.key };
    await expect(openAuthority(mixed, () => NOW_MS)).rejects.toMatchObject({ code: "AUTHORITY_INVALID" });
    const broken = { certificate: "no certificate", key: other.key };
    await expect(openAuthority(broken, () => NOW_MS)).rejects.toMatchObject({ code: "AUTHORITY_INVALID" });
  });
});
