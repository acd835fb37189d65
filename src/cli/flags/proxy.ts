// Flags of `proxy`.
import { Flags } from "../oclif.ts";

/** Where to listen, and what to say. */
export const proxyFlags = () => ({
  "bind-addr": Flags.string({
    char: "b",
    summary: "Address of this machine to listen on",
    helpValue: "ADDRESS",
    default: "127.0.0.1",
  }),
  select: Flags.boolean({ char: "s", summary: "Ask for a machine of the app", default: false }),
  quiet: Flags.boolean({ char: "q", summary: "Print failures only", default: false }),
  "watch-stdin": Flags.boolean({ summary: "End when the standard input does", default: false }),
});
