// Where Hangar keeps tokens and records of planets on this machine. Only says the place; making it is the writer's part.
import path from "node:path";

export interface StateDirSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** HANGAR_STATE_DIR, else XDG_STATE_HOME/hangar, else ~/.local/state/hangar. Relative XDG paths are void by its rules. */
export function resolveStateDir({ env, home }: StateDirSources): string {
  const own = env["HANGAR_STATE_DIR"];
  if (own !== undefined && own !== "") return path.resolve(own);
  const xdg = env["XDG_STATE_HOME"];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, ".local", "state");
  return path.join(base, "hangar");
}
