// Who may talk to control: holders of a token, through a loopback name. The Host check stops pages in a browser that had
// their name rebound to 127.0.0.1.
import type { MiddlewareHandler } from "hono";
import { AppError } from "../../errors/app-error.ts";
import type { Caller, Tokens } from "./tokens.ts";

/** What routes know of a request beside the request. */
export interface ApiEnv {
  Variables: { readonly caller: Caller };
}

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);
/** What anybody on this machine may read, as on the platform. */
const PUBLIC = new Set(["/v1/platform/regions"]);
/** What a deploy token may reach beside its app. */
const FOR_ALL = /^\/v1\/(?:tokens|platform)\/|^\/api\/v1\/releases(?:\/|$)/;

function appOf(path: string): string | undefined {
  const name = /^\/(?:v1|hangar\/v1|api\/v1)\/apps\/([^/]+)/.exec(path)?.[1];
  if (name === undefined) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** What of a request says who sent it. */
export interface Credentials {
  readonly host: string | undefined;
  readonly authorization: string | undefined;
  /** Path of the URL. */
  readonly path: string;
}

/** Who is calling; undefined for anybody, where that is enough. @throws HOST_REFUSED, UNAUTHORIZED, FORBIDDEN */
export function identifyCaller(
  { host: header = "", authorization, path }: Credentials,
  tokens: Tokens,
  ownAddress: string,
): Caller | undefined {
  const host = header.replace(/:\d+$/, "");
  if (!LOOPBACK_HOSTS.has(host) && host !== ownAddress) {
    throw new AppError("HOST_REFUSED", `Host "${host.slice(0, 80)}" is not a loopback name`, {
      suggestions: ["use http://127.0.0.1"],
    });
  }
  const caller = tokens.callerOf(authorization);
  if (caller === undefined && !PUBLIC.has(path))
    throw new AppError("UNAUTHORIZED", "Authenticate: token validation error");
  if (caller?.kind === "deploy" && !FOR_ALL.test(path) && appOf(path) !== caller.app)
    throw new AppError("FORBIDDEN", `the token is for app "${caller.app}" only`);
  return caller;
}

/** @throws HOST_REFUSED, UNAUTHORIZED, FORBIDDEN */
export function requireCaller(tokens: Tokens, ownAddress: string): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const [host, authorization] = [context.req.header("host"), context.req.header("authorization")];
    const caller = identifyCaller({ host, authorization, path: context.req.path }, tokens, ownAddress);
    if (caller !== undefined) context.set("caller", caller);
    await next();
  };
}
