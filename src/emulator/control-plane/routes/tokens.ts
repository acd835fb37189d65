// /v1/tokens: what a token is and may do. The planet's tokens are no macaroons: they have no caveats to show.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { Hono } from "hono";
import { AuthenticateSchema, AuthorizeSchema, OidcSchema } from "../../../contract/platform.ts";
import { AppError } from "../../../errors/app-error.ts";
import { ulid, type RandomBytes } from "../../model/ids.ts";
import type { ApiEnv } from "../auth.ts";
import { internalId, organizationSlugs, PERSONAL } from "../organizations.ts";
import type { Planet } from "../planet.ts";
import { type Caller, presentedTokens, type Tokens } from "../tokens.ts";
import { readBody } from "./body.ts";

const ACTIONS: Readonly<Record<string, number>> = { r: 1, w: 2, c: 4, d: 8, C: 16 };
/** Values that the specification has for an action. */
const SINGLE_ACTIONS = new Set([0, 1, 2, 4, 8, 16, 31]);
const ALL_ACTIONS = 31;
const OIDC_MS = 600_000;

export interface TokenRoutesDeps {
  readonly planet: Planet;
  readonly tokens: Tokens;
  readonly random: RandomBytes;
  readonly now: () => number;
}

function verified(header: string, caller: Caller): Record<string, unknown> {
  const bytes = createHash("sha256").update(presentedTokens(header).join(",")).digest();
  return {
    header,
    permission_token: [...bytes],
    nonce: { kid: [...bytes.subarray(0, 16)], rnd: [...bytes.subarray(16)], proof: false },
    caveats: {
      caveats: caller.kind === "owner" ? [] : [{ type: "Apps", body: { apps: { [caller.app]: ALL_ACTIONS } } }],
    },
  };
}

/** The least value of the specification that has all of these actions. */
function actionOf(letters: string): number {
  const mask = letters.split("").reduce((sum, letter) => sum | (ACTIONS[letter] ?? 0), 0);
  return SINGLE_ACTIONS.has(mask) ? mask : ALL_ACTIONS;
}

export function tokenRoutes({ planet, tokens, random, now }: TokenRoutesDeps): Hono<ApiEnv> {
  const { store } = planet;
  // The key lives as long as control: what it signed is short-lived, and nobody outside trusts it.
  let key: ReturnType<typeof generateKeyPairSync> | undefined;
  const jwt = (claims: Record<string, unknown>): string => {
    key ??= generateKeyPairSync("ec", { namedCurve: "P-256" });
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const body = `${part({ alg: "ES256", typ: "JWT", kid: planet.name })}.${part(claims)}`;
    const signature = sign("sha256", Buffer.from(body), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
    return `${body}.${signature.toString("base64url")}`;
  };
  const callerOf = (header: string): Caller => {
    const caller = tokens.callerOf(header);
    if (caller === undefined) throw new AppError("REQUEST_INVALID", "token validation error");
    return caller;
  };

  return new Hono<ApiEnv>()
    .get("/tokens/current", (context) => {
      const { caller } = context.var;
      const slugs = caller.kind === "owner" ? organizationSlugs(store) : [caller.organization];
      return context.json({
        tokens: slugs.map((slug) => ({
          token_id: caller.kind === "owner" ? planet.name : caller.id,
          organization: slug,
          org_slug: slug,
          ...(caller.kind === "owner" ? { user: "hangar" } : { apps: [caller.app] }),
        })),
      });
    })
    .post("/tokens/authenticate", async (context) => {
      const { header } = await readBody(context, AuthenticateSchema);
      return context.json([verified(header, callerOf(header))]);
    })
    .post("/tokens/authorize", async (context) => {
      const { header, access = {} } = await readBody(context, AuthorizeSchema);
      const caller = callerOf(header);
      const app = access.app_name;
      const elsewhere =
        caller.kind === "deploy" && (app === undefined ? access.org_slug !== undefined : app !== caller.app);
      if (elsewhere) throw new AppError("REQUEST_INVALID", "token validation error: the token does not allow that");
      const record = app === undefined || app === "" ? undefined : store.app(app);
      if (app !== undefined && app !== "" && record === undefined)
        throw new AppError("REQUEST_INVALID", `token validation error: could not find app "${app}"`);
      return context.json({
        verified_token: verified(header, caller),
        access: {
          action: actionOf(access.action ?? ""),
          orgid: internalId(access.org_slug ?? record?.organization ?? PERSONAL),
          ...(record === undefined ? {} : { appid: internalId(record.id) }),
          ...(access.machine_id === undefined ? {} : { machine: access.machine_id }),
          ...(access.volume_id === undefined ? {} : { volume: access.volume_id }),
          ...(access.command === undefined ? {} : { command: access.command }),
          ...(access.mutation === undefined ? {} : { mutation: access.mutation }),
          ...(access.app_feature === undefined ? {} : { app_feature: access.app_feature }),
          ...(access.machine_feature === undefined ? {} : { machine_feature: access.machine_feature }),
          ...(access.storage_object === undefined ? {} : { storage_object: access.storage_object }),
        },
      });
    })
    .post("/tokens/kms", (context) => {
      const subject = `${context.var.caller.kind} ${ulid(now(), random)}`;
      return context.text(`fm2_${Buffer.from(subject).toString("base64url")}_${tokens.mac(subject)}`);
    })
    .post("/tokens/oidc", async (context) => {
      const { aud } = await readBody(context, OidcSchema);
      const { caller } = context.var;
      const issuedAt = Math.floor(now() / 1_000);
      const organization = caller.kind === "owner" ? PERSONAL : caller.organization;
      return context.text(
        jwt({
          iss: `https://oidc.${planet.name}.localhost/${organization}`,
          aud: aud ?? `https://${planet.name}.localhost/${organization}`,
          sub: caller.kind === "owner" ? organization : `${organization}:${caller.app}`,
          jti: ulid(now(), random),
          iat: issuedAt,
          nbf: issuedAt,
          exp: issuedAt + OIDC_MS / 1_000,
          org_name: organization,
          ...(caller.kind === "owner" ? {} : { app_name: caller.app }),
        }),
      );
    });
}
