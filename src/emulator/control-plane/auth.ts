// Who may talk to control: holders of the planet's token, through a loopback name. The Host check stops pages in a
// browser that had their name rebound to 127.0.0.1.
import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { AppError } from "../../errors/app-error.ts";

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

function sameToken(given: string, token: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The token of an Authorization header in either scheme of the platform. */
function presented(header: string | undefined): string {
  const match = /^(?:Bearer|FlyV1)\s+(\S+)$/i.exec(header ?? "");
  return match?.[1] ?? "";
}

/** @throws HOST_REFUSED, UNAUTHORIZED */
export function requireCaller(token: string, ownAddress: string): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header("host") ?? "").replace(/:\d+$/, "");
    if (!LOOPBACK_HOSTS.has(host) && host !== ownAddress) {
      throw new AppError("HOST_REFUSED", `Host "${host.slice(0, 80)}" is not a loopback name`, {
        suggestions: ["use http://127.0.0.1"],
      });
    }
    if (!sameToken(presented(context.req.header("authorization")), token)) {
      throw new AppError("UNAUTHORIZED", "Authenticate: token validation error");
    }
    await next();
  };
}
