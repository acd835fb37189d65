import { Flags } from "../oclif.ts";

/** `-a`, `--app NAME`: the app that the command is about; see resolveAppName for what counts without it. */
export const appFlag = Flags.custom({
  char: "a",
  summary: "Name of the app; without it HANGAR_APP, FLY_APP or the app of fly.toml",
  helpValue: "NAME",
});

/** The flags of commands about an app of the folder: `-a` names it, `-c` names its configuration. Spread them. */
export const appFlags = () => ({
  app: appFlag(),
  config: Flags.string({ char: "c", summary: "Configuration file whose app is meant", helpValue: "FILE" }),
});
