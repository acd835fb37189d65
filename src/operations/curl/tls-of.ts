// Whom a request over TLS expects at the other end.
import { AppError } from "../../errors/app-error.ts";
import type { TimedRequest } from "../../platform/timed-request.ts";
import { type AuthorityHomeDeps, openAuthorityHome } from "../certs/authority-home.ts";
import type { CurlTarget } from "./parse-target.ts";

/** @throws AUTHORITY_INVALID there is no certificate authority yet */
export async function tlsOf(
  { host }: Pick<CurlTarget, "host">,
  deps: AuthorityHomeDeps,
): Promise<NonNullable<TimedRequest["tls"]>> {
  const authority = await openAuthorityHome(deps).present();
  if (authority === undefined)
    throw new AppError("AUTHORITY_INVALID", "There is no certificate authority on this machine yet", {
      suggestions: ["hangar up"],
    });
  return { servername: host.replace(/:\d+$/, ""), ca: authority.certificate };
}
