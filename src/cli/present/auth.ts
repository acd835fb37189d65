// Who is signed in, as text.
import type { TokenIdentity } from "../../operations/auth/identity.ts";
import type { TokenSource } from "../../operations/auth/token-store.ts";

/** One line: the user, and what the token reaches. */
export function renderIdentity({ user, organizations, apps }: TokenIdentity): string {
  const reach = [
    organizations.length === 0
      ? undefined
      : `${organizations.length === 1 ? "organization" : "organizations"} ${organizations.join(", ")}`,
    apps.length === 0 ? undefined : `only ${apps.length === 1 ? "app" : "apps"} ${apps.join(", ")}`,
  ].filter((part) => part !== undefined);
  const who = user ?? "a token without a user";
  return reach.length === 0 ? who : `${who} (${reach.join("; ")})`;
}

/** Where a token is from, within a sentence. */
export function renderTokenSource(source: TokenSource): string {
  if (source === "keychain") return "the system's keychain";
  return source === "file" ? "a file in Hangar's state folder" : `the environment variable ${source}`;
}
