// Certificates of an app's own host names. The platform's own ones come from an authority of the planet: what ACME would
// find out with the DNS is taken for granted here, see docs/fidelity.md. Custom ones are checked as they come in.
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import type { LeafCertificate } from "../../contract/planet.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import { certificateNames } from "../model/host-names.ts";
import type { RandomBytes } from "../model/ids.ts";
import type { CertificateRecord, IssuedRecord } from "./store/grant-tables.ts";
import type { Store } from "./store/store.ts";

/** Signs certificates of servers. */
export interface CertificateIssuer {
  /** PEM of the certificate of one host name, and of what signed it. @param publicKey SPKI as PEM */
  issue(hostname: string, publicKey: string): Promise<string>;
}

export interface Certificates {
  list(app: string): CertificateRecord[];
  /** @throws CERTIFICATE_NOT_FOUND */
  get(app: string, hostname: string): CertificateRecord;
  /** @throws CERTIFICATE_INVALID another app has the name */
  requestAcme(app: string, hostname: string): Promise<CertificateRecord>;
  /** @throws CERTIFICATE_INVALID it is none for the name, or the key is another one's */
  putCustom(app: string, hostname: string, fullchain: string, privateKey: string): CertificateRecord;
  /** Issues what is asked for and not there, or about to expire. */
  check(app: string, hostname: string): Promise<CertificateRecord>;
  dropAcme(app: string, hostname: string): CertificateRecord;
  dropCustom(app: string, hostname: string): CertificateRecord;
  drop(app: string, hostname: string): void;
  /** What edge shows as that host, the owner's own before the planet's; undefined where there is nothing that is valid. */
  served(name: string): Promise<LeafCertificate | undefined>;
}

export interface CertificatesDeps {
  readonly store: Store;
  /** Undefined where the planet has no authority: certificates stay pending. */
  readonly issuer: CertificateIssuer | undefined;
  /** Called when edge has other certificates to show. */
  readonly changed: () => void;
  readonly now: () => number;
  readonly random: RandomBytes;
  readonly log: (text: string) => void;
}

const RENEW_BEFORE_MS = 30 * 86_400_000;

function read(fullchain: string): X509Certificate {
  try {
    return new X509Certificate(fullchain);
  } catch (cause) {
    throw new AppError("CERTIFICATE_INVALID", "fullchain is no certificate in PEM", { cause });
  }
}

function issuedOf(fullchain: string, atMs: number): IssuedRecord {
  const certificate = read(fullchain);
  return {
    fullchain,
    keyType: certificate.publicKey.asymmetricKeyType === "rsa" ? "rsa" : "ecdsa",
    issuer: /(?:^|\n)CN=([^\n]*)/.exec(certificate.issuer)?.[1] ?? certificate.issuer.replaceAll("\n", ", "),
    createdAt: new Date(atMs).toISOString(),
    expiresAt: certificate.validToDate.toISOString(),
  };
}

export function createCertificates({ store, issuer, changed, now, random, log }: CertificatesDeps): Certificates {
  const { grants } = store;
  const nowIso = (): string => new Date(now()).toISOString();
  const get = (app: string, hostname: string): CertificateRecord => {
    const record = grants.certificate(app, hostname);
    if (record === undefined)
      throw new AppError("CERTIFICATE_NOT_FOUND", `certificate not found: "${hostname.slice(0, 253)}"`);
    return record;
  };
  const keep = (record: CertificateRecord): CertificateRecord => {
    grants.putCertificate({ ...record, updatedAt: nowIso() });
    changed();
    return get(record.app, record.hostname);
  };
  const begin = (app: string, hostname: string): CertificateRecord => {
    const present = grants.certificate(app, hostname);
    if (present !== undefined) return present;
    const other = grants.certificates().find((record) => record.hostname === hostname);
    if (other !== undefined)
      throw new AppError("CERTIFICATE_INVALID", `Hostname ${hostname} already exists on app ${other.app}`);
    const at = nowIso();
    const ownership = `app-${Buffer.from(random(5)).toString("hex").slice(0, 7)}`;
    return { app, hostname, acme: false, ownership, keys: {}, createdAt: at, updatedAt: at };
  };
  const check = async (app: string, hostname: string): Promise<CertificateRecord> => {
    const record = get(app, hostname);
    const due = record.issued === undefined || Date.parse(record.issued.expiresAt) - now() < RENEW_BEFORE_MS;
    if (!record.acme || !due || issuer === undefined) return record;
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
    const fullchain = await issuer.issue(hostname, pem).catch((thrown: unknown) => {
      log(`certificate for ${hostname}: ${asAppError(thrown).message}`);
      return undefined;
    });
    const present = grants.certificate(app, hostname);
    // Without an answer it stays pending; and who deleted it meanwhile is not given it back.
    if (fullchain === undefined || present === undefined) return present ?? record;
    const key = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    return keep({ ...present, issued: issuedOf(fullchain, now()), keys: { ...present.keys, issued: key } });
  };
  const withoutSource = (record: CertificateRecord, source: "issued" | "custom"): CertificateRecord => {
    const { [source]: _gone, ...rest } = record;
    const { [source]: _key, ...keys } = record.keys;
    return keep({ ...rest, acme: source === "issued" ? false : record.acme, keys });
  };

  return {
    list: (app) => grants.certificates(app),
    get,
    check,
    requestAcme: async (app, hostname) => {
      keep({ ...begin(app, hostname), acme: true });
      return check(app, hostname);
    },
    putCustom: (app, hostname, fullchain, privateKey) => {
      const certificate = read(fullchain);
      const matches = ((): boolean => {
        try {
          return certificate.checkPrivateKey(createPrivateKey(privateKey));
        } catch {
          return false;
        }
      })();
      if (!matches) throw new AppError("CERTIFICATE_INVALID", "private_key does not belong to the certificate");
      const probe = hostname.startsWith("*.") ? hostname.replace("*", "any") : hostname;
      if (certificate.checkHost(probe) === undefined)
        throw new AppError("CERTIFICATE_INVALID", `the certificate is not for ${hostname}`);
      if (certificate.validToDate.getTime() <= now())
        throw new AppError("CERTIFICATE_INVALID", "the certificate has expired");
      const record = begin(app, hostname);
      return keep({ ...record, custom: issuedOf(fullchain, now()), keys: { ...record.keys, custom: privateKey } });
    },
    dropAcme: (app, hostname) => withoutSource(get(app, hostname), "issued"),
    dropCustom: (app, hostname) => withoutSource(get(app, hostname), "custom"),
    drop: (app, hostname) => {
      get(app, hostname);
      grants.dropCertificate(app, hostname);
      changed();
    },
    served: async (name) => {
      const known = grants.hostnames();
      const place = certificateNames(name)
        .map((wanted) => known.find(({ hostname }) => hostname === wanted))
        .find((found) => found !== undefined);
      if (place === undefined) return undefined;
      const record = await check(place.app, place.hostname);
      for (const source of ["custom", "issued"] as const) {
        const [found, key] = [record[source], record.keys[source]];
        if (found !== undefined && key !== undefined && Date.parse(found.expiresAt) > now())
          return { certificate: found.fullchain, key };
      }
      return undefined;
    },
  };
}
