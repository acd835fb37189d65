// Secrets and secret keys. No values come back: they are never asked for.
import { z } from "zod";
import {
  type Secret,
  SecretKeySchema,
  type SecretKeyType,
  SecretSchema,
  SecretsSchema,
  SecretsVersionSchema,
} from "../../contract/secrets.ts";
import { pathOf } from "./paths.ts";
import type { Transport } from "./transport.ts";

const ApiSecretKeySchema = SecretKeySchema.partial({ created_at: true, updated_at: true });
export type ApiSecretKey = z.infer<typeof ApiSecretKeySchema>;
const SecretKeysSchema = z.object({ secret_keys: z.array(ApiSecretKeySchema).default([]) });
const ApiSecretsSchema = SecretsSchema.extend({
  secrets: z.array(SecretSchema.partial({ created_at: true, updated_at: true })).default([]),
});
export type ApiSecret = Pick<Secret, "name" | "digest"> & Partial<Secret>;

export interface SecretsApi {
  list(app: string): Promise<ApiSecret[]>;
  /** Sets and, by null, removes; all at once. @returns the version that a machine has to have to see them */
  update(app: string, values: Readonly<Record<string, string | null>>): Promise<number>;
  keys(app: string): Promise<ApiSecretKey[]>;
  generateKey(app: string, name: string, type: SecretKeyType): Promise<ApiSecretKey>;
  setKey(app: string, name: string, type: SecretKeyType, value: Uint8Array): Promise<ApiSecretKey>;
  deleteKey(app: string, name: string): Promise<void>;
}

/** The secrets' part of the client. */
export function createSecretsApi(transport: Transport): SecretsApi {
  const secrets = (app: string): string => pathOf("apps", app, "secrets");
  const keys = (app: string, ...rest: readonly string[]): string => pathOf("apps", app, "secretkeys", ...rest);
  return {
    list: async (app) =>
      (await transport.fetch({ method: "GET", path: secrets(app) }, ApiSecretsSchema)).secrets as ApiSecret[],
    update: async (app, values) =>
      (
        await transport.fetch(
          { method: "POST", path: secrets(app), body: { values }, repeatable: true },
          SecretsVersionSchema,
        )
      ).version,
    keys: async (app) => (await transport.fetch({ method: "GET", path: keys(app) }, SecretKeysSchema)).secret_keys,
    generateKey: (app, name, type) =>
      transport.fetch({ method: "POST", path: keys(app, name, "generate"), body: { type } }, ApiSecretKeySchema),
    setKey: (app, name, type, value) =>
      transport.fetch(
        { method: "POST", path: keys(app, name), body: { type, value: [...value] }, repeatable: true },
        ApiSecretKeySchema,
      ),
    deleteKey: (app, name) => transport.send({ method: "DELETE", path: keys(app, name) }),
  };
}
