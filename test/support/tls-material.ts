// A certificate for tests of TLS, and what a server of ours needs to show it to clients that name nobody.
import { generateKeyPairSync } from "node:crypto";
import { createIssuer } from "../../src/emulator/control-plane/leaf-signer.ts";
import type { TlsServerDeps } from "../../src/emulator/edge/tls/tls-server.ts";
import { createAuthority } from "../../src/platform/x509.ts";

/** @param log hears the words of failures */
export async function unnamedServerDeps(log: (text: string) => void = () => undefined): Promise<TlsServerDeps> {
  const issuer = createIssuer(await createAuthority("Test", Date.now()), Date.now);
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = await issuer.issue("localhost", keys.publicKey.export({ type: "spki", format: "pem" }) as string);
  const key = keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const contextFor = (): Promise<never> => Promise.reject(new Error("nobody names a host"));
  return { certificates: { contextFor }, versionOf: () => undefined, unnamed: { certificate, key }, log };
}
