// Secrets as text for people: names and digests, never values.
import type { ApiSecretKey } from "../../client/machines/secrets-api.ts";
import type { SecretsChange } from "../../operations/secrets/change-secrets.ts";
import type { SecretDifference } from "../../operations/secrets/diff-secrets.ts";
import type { SecretRow } from "../../operations/secrets/list-secrets.ts";
import { renderTime } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** The secrets of an app as a table, and what is to be done about those that no machine has. */
export function renderSecretList(app: string, secrets: readonly SecretRow[], options: TableOptions): string {
  if (secrets.length === 0) return `App "${app}" has no secrets: hangar secrets set NAME=-`;
  const table = renderTable(
    [
      { header: "NAME", value: (secret: SecretRow) => secret.name },
      { header: "DIGEST", value: (secret) => secret.digest },
      { header: "STATUS", value: (secret) => secret.status },
      { header: "UPDATED", value: (secret) => renderTime(secret.updated_at) },
    ],
    secrets,
    options,
  );
  const waiting = secrets.filter(({ status }) => status !== "deployed").length;
  return waiting === 0 ? table : `${table}\n\n${waiting} not on all machines yet: hangar secrets deploy --app ${app}`;
}

/** What was staged or deployed. */
export function renderSecretsChange(change: SecretsChange, deployed: readonly string[] | undefined): string {
  const { set, removed } = change;
  const what = [
    ...(set.length === 0 ? [] : [`Set ${set.join(", ")}`]),
    ...(removed.length === 0 ? [] : [`Removed ${removed.join(", ")}`]),
  ].join("; ");
  if (deployed === undefined) return `${what}: staged. Machines get it with: hangar secrets deploy`;
  return `${what}: ${renderDeployedSecrets(deployed)}`;
}

/** Which machines have the secrets now. */
export function renderDeployedSecrets(machines: readonly string[]): string {
  if (machines.length === 0) return "no machine had to change";
  return `deployed to ${machines.length} ${machines.length === 1 ? "machine" : "machines"}`;
}

/** How a file and an app differ. */
export function renderSecretDiff(rows: readonly SecretDifference[], options: TableOptions): string {
  if (rows.length === 0) return "No secrets on either side";
  return renderTable(
    [
      { header: "NAME", value: (row: SecretDifference) => row.name },
      { header: "DIFFERENCE", value: (row) => row.difference },
    ],
    rows,
    options,
  );
}

/** Secret keys as a table. */
export function renderSecretKeys(keys: readonly ApiSecretKey[], options: TableOptions): string {
  if (keys.length === 0) return "No secret keys: hangar secrets keys generate NAME";
  return renderTable(
    [
      { header: "NAME", value: (key: ApiSecretKey) => key.name },
      { header: "TYPE", value: (key) => key.type },
      {
        header: "PUBLIC KEY",
        value: (key) => (key.public_key === undefined ? "-" : Buffer.from(key.public_key).toString("base64")),
      },
      { header: "CREATED", value: (key) => renderTime(key.created_at) },
    ],
    keys,
    options,
  );
}
