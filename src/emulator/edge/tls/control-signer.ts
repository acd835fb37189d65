// Has control sign certificates for edge's key, or give out those of apps' own host names.
import { AppError } from "../../../errors/app-error.ts";
import { type LeafCertificate, LeafCertificateSchema, type LeafRequest } from "../../../contract/planet.ts";

export interface ControlSignerDeps {
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }>;
}

/** Browsers give up a handshake after some ten seconds. */
const SIGN_TIMEOUT_MS = 8_000;

/** The `sign` of the leaf certificates. Rejects where control does not answer, or refuses the name. */
export function createControlSigner({
  post,
}: ControlSignerDeps): (name: string, publicKey: string) => Promise<LeafCertificate> {
  return async (name, publicKey) => {
    const request: LeafRequest = { name, publicKey };
    const { status, body } = await post("/hangar/v1/certificates/leaf", request, SIGN_TIMEOUT_MS);
    if (status !== 200) throw new AppError("UNREACHABLE", `control answered with status ${status}`);
    return LeafCertificateSchema.parse(JSON.parse(body));
  };
}
