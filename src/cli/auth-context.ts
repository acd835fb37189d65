// The adapters of signing in to the remote platform.
import {
  createTokenStore,
  KEYCHAIN_ACCOUNT,
  KEYCHAIN_SERVICE,
  type TokenStore,
} from "../operations/auth/token-store.ts";
import { identifyToken, type TokenIdentity } from "../operations/auth/identity.ts";
import type { Context } from "./context.ts";

/** The Machines API of the remote platform; FLY_FLAPS_BASE_URL names another one, as for the platform's own tool. */
export const MACHINES_API = "https://api.machines.dev";

/** Without a slash at its end. */
export function machinesApiOf(env: Context["env"]): string {
  const own = env["FLY_FLAPS_BASE_URL"];
  return (own === undefined || own === "" ? MACHINES_API : own).replace(/\/+$/, "");
}

/** The platform's web API, with records of releases and logs. Without /api/v1 at its end. */
export const WEB_API = "https://api.fly.io";
/** The registry that the platform pulls from. */
export const REGISTRY = "registry.fly.io";

/** The web API: FLY_UIEX_BASE_URL or FLY_API_BASE_URL name another one. */
export function webApiOf(env: Context["env"]): string {
  const own = [env["FLY_UIEX_BASE_URL"], env["FLY_API_BASE_URL"]].find((url) => url !== undefined && url !== "");
  return (own ?? WEB_API).replace(/\/+$/, "").replace(/\/(?:api\/v1|graphql)$/, "");
}

/** The registry: FLY_REGISTRY_HOST names another one. */
export function registryOf(env: Context["env"]): string {
  const own = env["FLY_REGISTRY_HOST"];
  return own === undefined || own === "" ? REGISTRY : own;
}

export async function tokenStoreOf(context: Context): Promise<TokenStore> {
  const [{ openKeychain }, files, stateDir] = await Promise.all([
    import("../platform/keychain.ts"),
    context.files(),
    context.stateDir(),
  ]);
  return createTokenStore({
    env: context.env,
    stateDir,
    keychain: openKeychain(KEYCHAIN_SERVICE, KEYCHAIN_ACCOUNT),
    files,
  });
}

/** Asks the remote platform who a token is. */
export async function identifyOn(context: Context, token: string): Promise<TokenIdentity> {
  const { httpsGet } = await import("../platform/https-get.ts");
  return identifyToken(token, { baseUrl: machinesApiOf(context.env), get: httpsGet, signal: context.signal });
}
