import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { SecretsApi } from "../../client/machines/secrets-api.ts";
import { secretStatus, type SecretStatus } from "./secret-status.ts";

export type { ApiSecretKey } from "../../client/machines/secrets-api.ts";

export interface SecretRow {
  readonly name: string;
  readonly digest: string;
  readonly status: SecretStatus;
  readonly updated_at?: string | undefined;
}

/** The secrets of an app by name, and whether its machines have them. Values are never asked for. */
export async function listSecrets(
  app: string,
  deps: { readonly secrets: Pick<SecretsApi, "list">; readonly machines: Pick<MachinesApi, "list"> },
): Promise<SecretRow[]> {
  const [secrets, machines] = await Promise.all([deps.secrets.list(app), deps.machines.list(app)]);
  return secrets
    .map(({ name, digest, updated_at }) => ({ name, digest, status: secretStatus(updated_at, machines), updated_at }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
