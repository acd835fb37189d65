// The certificates that edge shows: one per host name, asked from control on demand and kept in memory alone. The private
// key of the planet's own names is made here and never leaves the process; the authority's key never comes here.
import { generateKeyPair, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { promisify } from "node:util";
import type { LeafCertificate } from "../../../contract/planet.ts";

/** Host names whose certificates are kept; more than anybody uses, and a bound for those who try names. */
const MAX_KEPT = 2_000;
/** Signatures that may be under way at once; more names than that at a time are no browser's. */
const MAX_SIGNING = 64;
/** A certificate is replaced this long before it ends. */
const RENEW_BEFORE_MS = 30 * 86_400_000;
/** ... but one that was imported with less than that left is not asked for with each handshake. */
const ASK_AGAIN_MS = 600_000;

export interface LeafCertificateDeps {
  /** The certificate for a name, from control. @param publicKey SPKI as PEM */
  sign(name: string, publicKey: string): Promise<LeafCertificate>;
  nowMs(): number;
}

export interface LeafCertificates {
  /** The context to shake hands with as that host. Rejects where control cannot sign. @param version of its certificate */
  contextFor(name: string, version?: string): Promise<SecureContext>;
}

interface Kept {
  readonly context: Promise<SecureContext>;
  renewAtMs: number;
}

export function createLeafCertificates({ sign, nowMs }: LeafCertificateDeps): LeafCertificates {
  const kept = new Map<string, Kept>();
  let keys: Promise<{ publicKey: string; privateKey: string }> | undefined;
  let signing = 0;

  const make = async (name: string, entry: { renewAtMs: number }): Promise<SecureContext> => {
    signing += 1;
    try {
      const { publicKey, privateKey } = await (keys ??= makeKeys());
      const { certificate, key = privateKey } = await sign(name, publicKey);
      const renewAtMs = new X509Certificate(certificate).validToDate.getTime() - RENEW_BEFORE_MS;
      entry.renewAtMs = Math.max(renewAtMs, nowMs() + ASK_AGAIN_MS);
      return createSecureContext({ cert: certificate, key });
    } finally {
      signing -= 1;
    }
  };

  return {
    contextFor(name, version = "") {
      const place = `${name} ${version}`;
      const present = kept.get(place);
      if (present !== undefined && nowMs() < present.renewAtMs) {
        kept.delete(place);
        kept.set(place, present);
        return present.context;
      }
      if (signing >= MAX_SIGNING) return Promise.reject(new Error("too many certificates are being signed"));
      const entry = { renewAtMs: Infinity };
      const context = make(name, entry);
      const made: Kept = Object.assign(entry, { context });
      kept.set(place, made);
      context.catch(() => {
        if (kept.get(place) === made) kept.delete(place);
      });
      const oldest = kept.size > MAX_KEPT ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      return context;
    },
  };
}

/** One key for all names: they are all ours, and a handshake proves the same either way. */
async function makeKeys(): Promise<{ publicKey: string; privateKey: string }> {
  const pair = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  const pem = (key: KeyObject, type: "spki" | "pkcs8"): string => key.export({ format: "pem", type }).toString();
  return { publicKey: pem(pair.publicKey, "spki"), privateKey: pem(pair.privateKey, "pkcs8") };
}
