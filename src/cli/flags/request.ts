import { Flags } from "../oclif.ts";

/** The request itself, in the words of curl. */
export const requestFlags = {
  method: Flags.string({ char: "X", summary: "Method; GET, or POST with --data", helpValue: "METHOD" }),
  header: Flags.string({
    char: "H",
    summary: "A header to send; may be repeated",
    helpValue: "'NAME: VALUE'",
    multiple: true,
    multipleNonGreedy: true,
  }),
  data: Flags.string({ char: "d", summary: "Body to send, as given", helpValue: "DATA" }),
};
