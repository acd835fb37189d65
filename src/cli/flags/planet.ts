import { Flags } from "../oclif.ts";

/** `--planet NAME`: which of the planets on this machine the command is about. */
export const planetFlag = Flags.custom({
  summary: "Name of the planet",
  env: "HANGAR_PLANET",
  default: "default",
  helpGroup: "GLOBAL",
  helpValue: "NAME",
});
