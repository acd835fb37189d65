// Which secrets differ between a .env file and an app, by digest: no value leaves this machine or comes back.
import { createHash } from "node:crypto";
import type { SecretsApi } from "../../client/machines/secrets-api.ts";

export interface SecretDifference {
  readonly name: string;
  readonly difference: "same" | "changed" | "only here" | "only there";
}

/** The digest as a planet shows it; the platform's own has another form, and is then no proof of a difference. */
export function digestOf(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}

/** Names of both sides, sorted, with how they differ. */
export async function diffSecrets(
  app: string,
  values: Readonly<Record<string, string>>,
  secrets: Pick<SecretsApi, "list">,
): Promise<SecretDifference[]> {
  const there = new Map((await secrets.list(app)).map(({ name, digest }) => [name, digest]));
  const names = [...new Set([...Object.keys(values), ...there.keys()])].toSorted();
  return names.map((name) => ({ name, difference: differenceOf(values[name], there.get(name)) }));
}

function differenceOf(value: string | undefined, digest: string | undefined): SecretDifference["difference"] {
  if (value === undefined) return "only there";
  if (digest === undefined) return "only here";
  return digestOf(value) === digest ? "same" : "changed";
}
