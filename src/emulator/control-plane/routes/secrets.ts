// /v1/apps/{app}/secrets and /secretkeys. Values are shown only to who asks for them.
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import {
  DecryptSchema,
  EncryptSchema,
  GenerateSecretKeySchema,
  type Secret,
  SecretNameSchema,
  SetSecretKeySchema,
  SetSecretSchema,
  SignSchema,
  UpdateSecretsSchema,
  VerifySchema,
} from "../../../contract/secrets.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { RandomBytes } from "../../model/ids.ts";
import type { ApiEnv } from "../auth.ts";
import type { Planet } from "../planet.ts";
import { decryptWith, encryptWith, generateKey, importKey, type NewKey, signWith, verifyWith } from "../secret-keys.ts";
import type { SecretKeyRecord, SecretRecord } from "../store/secret-tables.ts";
import { queryFlag, queryWords, readBody } from "./body.ts";

const DIGEST_DIGITS = 16;
const NOTHING = new Uint8Array();

function viewSecret({ name, value, createdAt, updatedAt }: SecretRecord, withValue: boolean): Secret {
  return {
    name,
    digest: createHash("sha256").update(value).digest("hex").slice(0, DIGEST_DIGITS),
    created_at: createdAt,
    updated_at: updatedAt,
    ...(withValue ? { value } : {}),
  };
}

function viewKey({ name, type, publicKey, createdAt, updatedAt }: SecretKeyRecord): Record<string, unknown> {
  return {
    name,
    type,
    ...(publicKey === undefined ? {} : { public_key: [...publicKey] }),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** The version under both names that the specification has for it. */
function versions(version: number): { version: number; Version: number } {
  return { version, Version: version };
}

export interface SecretRoutesDeps {
  readonly planet: Planet;
  readonly now: () => number;
  readonly random: RandomBytes;
}

export function secretRoutes({ planet, now, random }: SecretRoutesDeps): Hono<ApiEnv> {
  const { machines, store } = planet;
  const { secrets } = store;
  const nowIso = (): string => new Date(now()).toISOString();
  const appOf = (context: Context): string => {
    const app = context.req.param("app") ?? "";
    machines.requireApp(app);
    const least = context.req.query("min_version");
    // Everything is in one place here: a version that is not there yet will not come by itself.
    if (least !== undefined && least !== "" && !(Number(least) <= secrets.version(app)))
      throw new AppError("REQUEST_INVALID", `min_version ${least.slice(0, 40)} is newer than ${secrets.version(app)}`);
    return app;
  };
  const nameOf = (context: Context): string => {
    const result = SecretNameSchema.safeParse(context.req.param("name"));
    if (result.success) return result.data;
    throw new AppError("REQUEST_INVALID", `invalid request: the name ${result.error.issues[0]?.message ?? ""}`);
  };
  const missing = (name: string): AppError => new AppError("SECRET_NOT_FOUND", `secret not found: "${name}"`);
  const secretOf = (app: string, name: string): SecretRecord => {
    const secret = secrets.get(app, name);
    if (secret === undefined) throw missing(name);
    return secret;
  };
  const keyOf = (context: Context) => {
    const app = appOf(context);
    const name = nameOf(context);
    const key = secrets.key(app, name);
    if (key === undefined) throw missing(name);
    return key;
  };
  const putKey = (app: string, name: string, key: NewKey): Record<string, unknown> => {
    const version = secrets.putKey(app, { name, ...key }, nowIso());
    const kept = secrets.key(app, name);
    return { ...(kept === undefined ? {} : viewKey(kept)), ...versions(version) };
  };

  return new Hono<ApiEnv>()
    .get("/apps/:app/secrets", (context) => {
      const app = appOf(context);
      const withValues = queryFlag(context, "show_secrets");
      return context.json({ secrets: secrets.list(app).map((secret) => viewSecret(secret, withValues)) });
    })
    .post("/apps/:app/secrets", async (context) => {
      const app = appOf(context);
      const { values } = await readBody(context, UpdateSecretsSchema, { keepNulls: true });
      const version = secrets.change(app, values, nowIso());
      const named = Object.keys(values);
      const changed = secrets.list(app).filter(({ name }) => named.includes(name));
      return context.json({ secrets: changed.map((secret) => viewSecret(secret, false)), ...versions(version) });
    })
    .get("/apps/:app/secrets/:name", (context) =>
      context.json(viewSecret(secretOf(appOf(context), nameOf(context)), queryFlag(context, "show_secrets"))),
    )
    .post("/apps/:app/secrets/:name", async (context) => {
      const app = appOf(context);
      const name = nameOf(context);
      const { value } = await readBody(context, SetSecretSchema);
      const version = secrets.change(app, { [name]: value }, nowIso());
      return context.json({ ...viewSecret(secretOf(app, name), false), ...versions(version) }, 201);
    })
    .delete("/apps/:app/secrets/:name", (context) => {
      const app = appOf(context);
      const { name } = secretOf(app, nameOf(context));
      return context.json(versions(secrets.change(app, { [name]: null }, nowIso())));
    })
    .get("/apps/:app/secretkeys", (context) => {
      const types = queryWords(context, "types");
      const keys = secrets.keys(appOf(context)).filter(({ type }) => types === undefined || types.includes(type));
      return context.json({ secret_keys: keys.map(viewKey) });
    })
    .get("/apps/:app/secretkeys/:name", (context) => context.json(viewKey(keyOf(context))))
    .post("/apps/:app/secretkeys/:name", async (context) => {
      const app = appOf(context);
      const name = nameOf(context);
      const { type, value } = await readBody(context, SetSecretKeySchema);
      return context.json(putKey(app, name, importKey(type, value)), 201);
    })
    .delete("/apps/:app/secretkeys/:name", (context) => {
      const { name } = keyOf(context);
      return context.json(versions(secrets.dropKey(context.req.param("app"), name)));
    })
    .post("/apps/:app/secretkeys/:name/generate", async (context) => {
      const app = appOf(context);
      const name = nameOf(context);
      const { type } = await readBody(context, GenerateSecretKeySchema);
      return context.json(putKey(app, name, generateKey(type, random)), 201);
    })
    .post("/apps/:app/secretkeys/:name/encrypt", async (context) => {
      const key = keyOf(context);
      const { plaintext, associated_data: associated = NOTHING } = await readBody(context, EncryptSchema);
      return context.json({ ciphertext: [...encryptWith(key, plaintext, associated, random)] });
    })
    .post("/apps/:app/secretkeys/:name/decrypt", async (context) => {
      const key = keyOf(context);
      const { ciphertext, associated_data: associated = NOTHING } = await readBody(context, DecryptSchema);
      return context.json({ plaintext: [...decryptWith(key, ciphertext, associated)] });
    })
    .post("/apps/:app/secretkeys/:name/sign", async (context) => {
      const key = keyOf(context);
      const { plaintext } = await readBody(context, SignSchema);
      return context.json({ signature: [...signWith(key, plaintext)] });
    })
    .post("/apps/:app/secretkeys/:name/verify", async (context) => {
      const key = keyOf(context);
      const { plaintext, signature } = await readBody(context, VerifySchema);
      if (!verifyWith(key, plaintext, signature))
        throw new AppError("REQUEST_INVALID", "the signature is not the key's");
      return context.body(null, 204);
    });
}
