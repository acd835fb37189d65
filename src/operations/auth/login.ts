// Signing in: a token comes from the person (pasted) or from stdin, is tried on the platform, and is kept only then.
import { AppError } from "../../errors/app-error.ts";
import { normalizeToken } from "../../client/machines/authorization.ts";
import type { TokenIdentity } from "./identity.ts";
import type { TokenStore } from "./token-store.ts";

/** Where people make tokens. */
export const TOKEN_PAGE = "https://fly.io/user/personal_access_tokens";

export interface LoginDeps {
  /** The token as it was pasted or piped; asked for once. */
  readonly askToken: () => Promise<string>;
  readonly identify: (token: string) => Promise<TokenIdentity>;
  readonly store: Pick<TokenStore, "write">;
}

export interface LoginResult extends TokenIdentity {
  /** Where the token is kept now. */
  readonly keptIn: "keychain" | "file";
}

/**
 * Signs in.
 * @throws USAGE what came is no token; UNAUTHORIZED, UNREACHABLE from the platform. Nothing is kept then
 */
export async function login({ askToken, identify, store }: LoginDeps): Promise<LoginResult> {
  const token = normalizeToken(await askToken());
  if (token === "" || /[^\x21-\x7e]/.test(token)) {
    throw new AppError(
      "USAGE",
      token === "" ? "No token was given" : "What was given is no token: it has blanks in it",
      {
        suggestions: [`make one at ${TOKEN_PAGE}`, "hangar auth login --stdin < token.txt"],
      },
    );
  }
  const identity = await identify(token);
  return { ...identity, keptIn: await store.write(token) };
}
