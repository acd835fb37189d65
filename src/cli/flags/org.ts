import { Flags } from "../oclif.ts";

/** `-o`, `--org SLUG`: the organization that the command is about. */
export const orgFlag = Flags.custom({
  char: "o",
  summary: "Short name of the organization",
  helpValue: "SLUG",
  default: "personal",
});
