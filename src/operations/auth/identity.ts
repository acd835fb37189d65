// Who a token of the remote platform is: what its API says of it.
import { AppError } from "../../errors/app-error.ts";
import { authorizationOf } from "../../client/machines/authorization.ts";
import { type CurrentToken, CurrentTokenSchema } from "../../contract/current-token.ts";

export interface TokenIdentity {
  readonly user: string | null;
  readonly organizations: readonly string[];
  /** Apps that the token is limited to; empty: all of its organizations. */
  readonly apps: readonly string[];
}

export interface IdentityDeps {
  /** For instance https://api.machines.dev */
  readonly baseUrl: string;
  readonly get: (
    url: string,
    options: { readonly authorization: string; readonly signal: AbortSignal },
  ) => Promise<{ readonly status: number; readonly body: string }>;
  readonly signal: AbortSignal;
}

/**
 * Asks the platform who the token is.
 * @throws UNAUTHORIZED the platform does not know it; UNREACHABLE no answer, or none that can be read
 */
export async function identifyToken(token: string, { baseUrl, get, signal }: IdentityDeps): Promise<TokenIdentity> {
  const { status, body } = await get(`${baseUrl}/v1/tokens/current`, { authorization: authorizationOf(token), signal });
  if (status === 401 || status === 403) {
    throw new AppError("UNAUTHORIZED", `${new URL(baseUrl).host} does not accept this token`, {
      suggestions: ["hangar auth login"],
    });
  }
  if (status !== 200) throw new AppError("UNREACHABLE", `${new URL(baseUrl).host} answered with status ${status}`);
  const tokens = parse(body, baseUrl).tokens ?? [];
  const distinct = (values: readonly (string | undefined)[]): string[] =>
    [...new Set(values.filter((value) => value !== undefined && value !== ""))] as string[];
  return {
    user: distinct(tokens.map(({ user }) => user))[0] ?? null,
    organizations: distinct(tokens.map(({ org_slug: slug, organization }) => slug ?? organization)),
    apps: distinct(tokens.flatMap(({ apps }) => apps ?? [])),
  };
}

function parse(body: string, baseUrl: string): CurrentToken {
  try {
    return CurrentTokenSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new AppError("UNREACHABLE", `${new URL(baseUrl).host} answered with something that cannot be read`, {
      cause,
    });
  }
}
