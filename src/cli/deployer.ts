import { hostname } from "node:os";
import type { Deployer } from "../operations/deploy/deploy-types.ts";
import { gitState } from "../platform/git-state.ts";
import type { Context } from "./context.ts";

/** Who deploys, for the history of releases; git is asked once, at the first call. @param dir the folder whose commit is named */
export function deployerOf(context: Context, dir: string, version: string): () => Promise<Deployer> {
  const user = context.env["USER"] ?? context.env["LOGNAME"] ?? context.env["USERNAME"] ?? "somebody";
  let asking: ReturnType<typeof gitState> | undefined;
  return async () => ({ user: `${user}@${hostname()}`, program: version, git: await (asking ??= gitState(dir)) });
}
