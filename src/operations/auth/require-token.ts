import { AppError } from "../../errors/app-error.ts";
import type { FoundToken, TokenStore } from "./token-store.ts";

/** The token in force. @throws SIGNED_OUT */
export async function requireToken(store: Pick<TokenStore, "read">): Promise<FoundToken> {
  const found = await store.read();
  if (found !== undefined) return found;
  throw new AppError("SIGNED_OUT", "Nobody is signed in to Fly.io", {
    suggestions: ["hangar auth login", "FLY_API_TOKEN=… in the environment"],
  });
}
