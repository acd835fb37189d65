// X.509: makes an authority and signs certificates for servers with it. The only file that knows the library; keys and
// certificates are PEM texts everywhere else.
import "reflect-metadata";
import {
  createPrivateKey,
  createPublicKey,
  randomBytes,
  webcrypto,
  X509Certificate as NativeCertificate,
} from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  AuthorityKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { AppError } from "../errors/app-error.ts";

/** An authority's certificate and the private key that signs. */
export interface AuthorityMaterial {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** The certificate of a server for one DNS name. @param publicKey SPKI as PEM */
  sign(request: { readonly name: string; readonly publicKey: string }): Promise<string>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3_650;
/** Safari takes server certificates of up to 398 days (825 from authorities that a user added). */
const LEAF_DAYS = 90;
/** Clocks of virtual machines and phones are often a little behind. */
const BACKDATED_MS = 3_600_000;

/** Makes a new authority. @param commonName what certificate stores show */
export async function createAuthority(commonName: string, nowMs: number): Promise<AuthorityMaterial> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    ...{ serialNumber: serialNumber(), subject: subjectOf(commonName), issuer: subjectOf(commonName) },
    ...{ notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS) },
    ...{ publicKey: keys.publicKey, signingKey: keys.privateKey, signingAlgorithm: ALGORITHM },
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

async function exportKey(privateKey: webcrypto.CryptoKey): Promise<string> {
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey));
  return createPrivateKey({ key, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" }).toString();
}

/** A server's certificate for one DNS name that nobody vouches for: its own key has signed it. */
export async function createSelfSigned(name: string, nowMs: number): Promise<AuthorityMaterial> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const subject = subjectOf(name.slice(0, MAX_COMMON_NAME));
  const certificate = await X509CertificateGenerator.create({
    ...{ serialNumber: serialNumber(), subject, issuer: subject },
    ...{ notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS) },
    ...{ publicKey: keys.publicKey, signingKey: keys.privateKey, signingAlgorithm: ALGORITHM },
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([{ type: "dns", value: name }]),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await exportKey(keys.privateKey) };
}

/** An authority that signs. @throws AUTHORITY_INVALID key and certificate do not belong together, or cannot be read */
export async function openAuthority({ certificate, key }: AuthorityMaterial, nowMs: () => number): Promise<Authority> {
  const issuer = readAuthority({ certificate, key });
  const signingKey = await webcrypto.subtle.importKey("pkcs8", derOf(key), ALGORITHM, false, ["sign"]);
  const authorityId = await AuthorityKeyIdentifierExtension.create(issuer);
  return {
    certificate,
    async sign({ name, publicKey }) {
      const spki = createPublicKey(publicKey).export({ format: "der", type: "spki" });
      const subjectKey = await webcrypto.subtle.importKey("spki", spki, ALGORITHM, true, ["verify"]);
      const now = nowMs();
      const leaf = await X509CertificateGenerator.create({
        ...{
          serialNumber: serialNumber(),
          subject: subjectOf(name.slice(0, MAX_COMMON_NAME)),
          issuer: issuer.subjectName,
        },
        ...{ notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(now + LEAF_DAYS * DAY_MS) },
        ...{ publicKey: subjectKey, signingKey, signingAlgorithm: ALGORITHM },
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension([{ type: "dns", value: name }]),
          await SubjectKeyIdentifierExtension.create(subjectKey),
          authorityId,
        ],
      });
      return `${leaf.toString("pem")}\n`;
    },
  };
}

/** A common name has at most 64 characters; programs read the alternative name anyway. */
const MAX_COMMON_NAME = 64;

function readAuthority({ certificate, key }: AuthorityMaterial): X509Certificate {
  let cause: unknown;
  try {
    const native = new NativeCertificate(certificate);
    if (native.ca && native.checkPrivateKey(createPrivateKey(key))) return new X509Certificate(certificate);
  } catch (error) {
    cause = error;
  }
  throw new AppError("AUTHORITY_INVALID", "The authority's certificate and key cannot be used together", { cause });
}

function derOf(pem: string): Buffer<ArrayBuffer> {
  return Buffer.from(createPrivateKey(pem).export({ format: "der", type: "pkcs8" }));
}

function subjectOf(commonName: string): { CN: string[] }[] {
  return [{ CN: [commonName] }];
}

/** 120 random bits, positive, and of the same length always. */
function serialNumber(): string {
  return `4f${randomBytes(15).toString("hex")}`;
}
