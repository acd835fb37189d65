// Whether a secret is in force: pure. A machine has the secrets of the moment when its version was made.
import type { Machine } from "../../contract/machine.ts";

export type SecretStatus = "staged" | "partial" | "deployed";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_LETTERS = 10;

/** The status of a secret that was last changed at a time (RFC 3339), on the machines of its app. */
export function secretStatus(updatedAt: string | undefined, machines: readonly Machine[]): SecretStatus {
  if (updatedAt === undefined || machines.length === 0) return "staged";
  const changedMs = Date.parse(updatedAt);
  const having = machines.filter((machine) => versionTimeMs(machine) >= changedMs).length;
  return having === 0 ? "staged" : having === machines.length ? "deployed" : "partial";
}

/** When a machine's version was made, from its ULID; a version that is none counts as made with the last change. */
function versionTimeMs({ instance_id: version, updated_at: updatedAt }: Machine): number {
  const values = Array.from(version.slice(0, TIME_LETTERS).toUpperCase(), (letter) => CROCKFORD.indexOf(letter));
  if (values.length < TIME_LETTERS || values.includes(-1)) return Date.parse(updatedAt);
  return values.reduce((time, value) => time * CROCKFORD.length + value, 0);
}
