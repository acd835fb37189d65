// Who a request comes from. The planet's own token may do everything; a deploy token may do everything to one app. Tokens
// are kept as hashes: nobody can read one back.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AppError } from "../../errors/app-error.ts";
import { durationMs } from "../model/duration.ts";
import { prefixedId, type RandomBytes } from "../model/ids.ts";
import type { AppRecord } from "../model/records.ts";
import type { Store } from "./store/store.ts";

export type Caller =
  | { readonly kind: "owner" }
  | { readonly kind: "deploy"; readonly id: string; readonly app: string; readonly organization: string };

export interface Tokens {
  /** Who an Authorization header speaks for; undefined where it is nobody. */
  callerOf(header: string | undefined): Caller | undefined;
  /** A token for one app; it is shown this once. @throws REQUEST_INVALID the expiry is no duration */
  createDeployToken(app: AppRecord, expiry: string | undefined): string;
  /** Something that only this planet can have made, for tokens that others check with the planet. */
  mac(text: string): string;
}

const SECRET_BYTES = 48;
const DEFAULT_EXPIRY_MS = 20 * 365 * 86_400_000;

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The tokens of an Authorization header in either scheme of the platform; a list is separated by commas. */
export function presentedTokens(header: string | undefined): string[] {
  let rest = (header ?? "").trim();
  // A client that puts a whole "FlyV1 …" token behind its own scheme sends two of them.
  for (let i = 0; i < 2; i += 1) rest = rest.replace(/^(?:Bearer|FlyV1)\s+/i, "");
  return rest.split(",").flatMap((token) => (token.trim() === "" ? [] : [token.trim()]));
}

/** Who holds a lease or made a token, in words. */
export function callerName(caller: Caller): string {
  return caller.kind === "owner" ? "hangar" : `deploy token ${caller.id} of ${caller.app}`;
}

export interface TokensDeps {
  readonly store: Store;
  readonly token: string;
  readonly now: () => number;
  readonly random: RandomBytes;
}

export function createTokens({ store, token, now, random }: TokensDeps): Tokens {
  const own = sha256(token);
  return {
    callerOf: (header) => {
      for (const given of presentedTokens(header)) {
        const hash = sha256(given);
        if (timingSafeEqual(hash, own)) return { kind: "owner" };
        const record = store.grants.tokenByHash(hash.toString("hex"));
        const valid = record !== undefined && (record.expiresAtMs ?? Number.POSITIVE_INFINITY) > now();
        if (valid && record.app !== undefined)
          return { kind: "deploy", id: record.id, app: record.app, organization: record.organization };
      }
      return undefined;
    },
    createDeployToken: (app, expiry) => {
      const expiryMs = expiry === undefined || expiry === "" ? DEFAULT_EXPIRY_MS : durationMs(expiry);
      if (expiryMs === undefined || expiryMs < 1_000)
        throw new AppError("REQUEST_INVALID", `invalid request: expiry "${expiry ?? ""}" is no duration, as "24h"`);
      const secret = `fm2_${Buffer.from(random(SECRET_BYTES)).toString("base64url")}`;
      store.grants.insertToken({
        id: prefixedId("tok", random),
        hash: sha256(secret).toString("hex"),
        kind: "deploy",
        organization: app.organization,
        app: app.name,
        name: "deploy token",
        createdAt: new Date(now()).toISOString(),
        expiresAtMs: Math.min(now() + expiryMs, Number.MAX_SAFE_INTEGER),
      });
      return `FlyV1 ${secret}`;
    },
    mac: (text) => createHmac("sha256", token).update(text).digest("base64url"),
  };
}
