import path from "node:path";
import type { Context } from "./context.ts";

/** The user's folder of the Docker client. */
export function dockerConfigDir({ env, home }: Pick<Context, "env" | "home">): string {
  const own = env["DOCKER_CONFIG"];
  return own === undefined || own === "" ? path.join(home, ".docker") : own;
}
