import { Flags } from "../oclif.ts";

/** `-c`, `--config FILE` and `--env NAME`: which files a configuration is read from. */
export const configFlags = {
  config: Flags.string({
    char: "c",
    summary: "Configuration file, or the folder it is in (default: fly.toml, fly.json or fly.yaml here or above)",
    helpValue: "FILE",
  }),
  env: Flags.string({ summary: "Lay fly.NAME.toml over the file, key by key", helpValue: "NAME" }),
};
