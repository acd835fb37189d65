// Flags of the commands that go into a machine.
import { Flags } from "../oclif.ts";
import { appFlags } from "./app.ts";
import { regionFlag } from "./region.ts";
import { yesFlag } from "./yes.ts";

/** Which machine it is. */
export const attachFlags = () => ({
  ...appFlags(),
  machine: Flags.string({ char: "m", summary: "ID or name of the machine (default: one that runs)", helpValue: "ID" }),
  select: Flags.boolean({ char: "s", summary: "Ask which machine, unless --machine names it", default: false }),
  region: regionFlag({ char: "r", summary: "A machine of this region" }),
  "process-group": Flags.string({ char: "g", summary: "A machine of this process group", helpValue: "NAME" }),
  yes: yesFlag(),
});

export interface AttachFlags {
  readonly planet: string;
  readonly target?: string | undefined;
  readonly app?: string | undefined;
  readonly config?: string | undefined;
  readonly machine?: string | undefined;
  readonly select: boolean;
  readonly region?: string | undefined;
  readonly "process-group"?: string | undefined;
  readonly yes: boolean;
}

/** What to run there. */
export const commandFlags = () => ({
  command: Flags.string({ char: "C", summary: "Command instead of a shell", helpValue: "COMMAND" }),
  user: Flags.string({ char: "u", summary: "User to run it as (default: the image's)", helpValue: "NAME" }),
  container: Flags.string({ summary: "Container of the machine to run it in", helpValue: "NAME" }),
  pty: Flags.boolean({ summary: "Give --command a terminal too", default: false }),
});

export interface CommandFlags {
  readonly command?: string | undefined;
  readonly user?: string | undefined;
  readonly container?: string | undefined;
  readonly pty: boolean;
}
