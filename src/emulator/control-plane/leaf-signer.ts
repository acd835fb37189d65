// Signs server certificates for edge with the user's authority, for names that the planet answers for and no others.
import { AppError } from "../../errors/app-error.ts";
import type { CertificateIssuer } from "./certificates.ts";
import { type Authority, type AuthorityMaterial, createSelfSigned, openAuthority } from "../../platform/x509.ts";

export interface LeafSigner {
  /** The certificate as PEM. @throws REQUEST_INVALID the name is not served here, AUTHORITY_INVALID */
  sign(name: string, publicKey: string): Promise<string>;
  /** A certificate of its own key's making. @throws REQUEST_INVALID the name is not served here */
  signItself(name: string): Promise<AuthorityMaterial>;
}

export interface LeafSignerDeps {
  readonly authority: AuthorityMaterial | undefined;
  /** Whether a name, in lower case, is one that this planet answers for. */
  isServed(name: string): boolean;
  nowMs(): number;
}

/** Signs for apps' own host names. Whose they are is not asked: on a planet all names are its user's. */
export function createIssuer(authority: AuthorityMaterial, nowMs: () => number): CertificateIssuer {
  const signer = createLeafSigner({ authority, isServed: () => true, nowMs });
  return { issue: async (name, publicKey) => (await signer.sign(name, publicKey)) + authority.certificate };
}

export function createLeafSigner({ authority, isServed, nowMs }: LeafSignerDeps): LeafSigner {
  let opened: Promise<Authority> | undefined;
  const requireServed = (name: string): void => {
    if (!isServed(name)) throw new AppError("REQUEST_INVALID", `"${name}" is no host name of this planet`);
  };
  return {
    async signItself(name) {
      requireServed(name);
      return createSelfSigned(name, nowMs());
    },
    async sign(name, publicKey) {
      requireServed(name);
      if (authority === undefined) throw new AppError("AUTHORITY_INVALID", "The planet has no certificate authority");
      opened ??= openAuthority(authority, nowMs);
      const { sign } = await opened;
      try {
        return await sign({ name, publicKey });
      } catch (cause) {
        throw new AppError("REQUEST_INVALID", "The public key is not one of ECDSA on P-256", { cause });
      }
    },
  };
}
