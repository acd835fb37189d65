// Has control sign certificates for edge's key, or give out those of apps' own host names.
import { AppError } from "../../../errors/app-error.ts";
import { type LeafCertificate, LeafCertificateSchema, type LeafRequest } from "../../../contract/planet.ts";

export interface ControlSignerDeps {
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }>;
}

/** Browsers give up a handshake after some ten seconds. */
const SIGN_TIMEOUT_MS = 8_000;

/** Both reject where control does not answer, or refuses the name. */
export interface ControlSigner {
  /** The `sign` of the leaf certificates. */
  sign(name: string, publicKey: string): Promise<LeafCertificate>;
  /** A certificate that nobody vouches for, with its key. */
  selfSigned(name: string): Promise<{ readonly certificate: string; readonly key: string }>;
}

export function createControlSigner({ post }: ControlSignerDeps): ControlSigner {
  const ask = async (request: LeafRequest): Promise<LeafCertificate> => {
    const { status, body } = await post("/hangar/v1/certificates/leaf", request, SIGN_TIMEOUT_MS);
    if (status !== 200) throw new AppError("UNREACHABLE", `control answered with status ${status}`);
    return LeafCertificateSchema.parse(JSON.parse(body));
  };
  return {
    sign: (name, publicKey) => ask({ name, publicKey }),
    selfSigned: async (name) => {
      const { certificate, key = "" } = await ask({ name, publicKey: "", selfSigned: true });
      return { certificate, key };
    },
  };
}
