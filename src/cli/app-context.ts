// How commands find the app they are about. The configuration's parser loads only where neither flag nor environment names one.
import type { ResolveAppDeps, ResolveAppInput } from "../operations/config/resolve-app.ts";
import { requireApp, resolveApp } from "../operations/config/resolve-app.ts";
import type { Context } from "./context.ts";

interface AppFlags {
  readonly app?: string | undefined;
  /** Path of a configuration; its app goes before what the environment names. */
  readonly config?: string | undefined;
}

function sources(context: Context, flags: AppFlags): [ResolveAppInput, ResolveAppDeps] {
  const input = { flag: flags.app, env: flags.config === undefined ? context.env : {}, dir: context.cwd };
  const appOfConfig = async (dir: string): Promise<string | undefined> => {
    const [{ loadAppConfig }, files] = await Promise.all([
      import("../operations/config/load-app-config.ts"),
      context.files(),
    ]);
    return (await loadAppConfig({ dir, configPath: flags.config }, { files })).config.app;
  };
  return [input, { appOfConfig }];
}

/** The app's name, or undefined where nothing names one. */
export function findAppName(context: Context, flags: AppFlags): Promise<string | undefined> {
  return resolveApp(...sources(context, flags));
}

/** The app's name. @throws CONFIG_NOT_FOUND */
export function requireAppName(context: Context, flags: AppFlags): Promise<string> {
  return requireApp(...sources(context, flags));
}
