import { hostname } from "node:os";
import type { Deployer } from "../operations/deploy/deploy-types.ts";
import { gitState } from "../platform/git-state.ts";
import type { Context } from "./context.ts";

/** Who deploys, for the history of releases. @param dir the folder whose commit is named */
export async function deployerOf(context: Context, dir: string, version: string): Promise<Deployer> {
  const user = context.env["USER"] ?? context.env["LOGNAME"] ?? context.env["USERNAME"] ?? "somebody";
  return { user: `${user}@${hostname()}`, program: version, git: await gitState(dir) };
}
