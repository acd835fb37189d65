// Which app a command is about: the flag, else the environment, else the fly.toml of the folder.
import { AppError, asAppError } from "../../errors/app-error.ts";

export interface ResolveAppInput {
  /** Value of `--app`. */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dir: string;
}

export interface ResolveAppDeps {
  /** The app that the configuration of a folder names. @throws CONFIG_NOT_FOUND and what else loading a configuration throws */
  readonly appOfConfig: (dir: string) => Promise<string | undefined>;
}

/** Our own variable first: FLY_APP may be set for another tool. */
const VARIABLES = ["HANGAR_APP", "FLY_APP"] as const;

/** The app, or undefined where nothing names one. A configuration that cannot be read is an error, not a missing name. */
export async function resolveApp(input: ResolveAppInput, deps: ResolveAppDeps): Promise<string | undefined> {
  if (isSet(input.flag)) return input.flag;
  const named = VARIABLES.map((variable) => input.env[variable]).find(isSet);
  if (named !== undefined) return named;
  try {
    return await deps.appOfConfig(input.dir);
  } catch (error) {
    if (asAppError(error).code === "CONFIG_NOT_FOUND") return undefined;
    throw error;
  }
}

/**
 * The app, where there has to be one.
 * @throws CONFIG_NOT_FOUND
 */
export async function requireApp(input: ResolveAppInput, deps: ResolveAppDeps): Promise<string> {
  const app = await resolveApp(input, deps);
  if (app !== undefined) return app;
  throw new AppError("CONFIG_NOT_FOUND", `No app is named, and there is no fly.toml with an app in ${input.dir}`, {
    suggestions: ["pass --app NAME", "hangar apps list", "hangar launch"],
  });
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
