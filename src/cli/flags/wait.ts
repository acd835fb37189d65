import { Flags } from "../oclif.ts";

const DEFAULT_WAIT_S = 300;

/** `--wait-timeout S` and `--detach`: how long a command waits for what it has asked for. Spread them. */
export const waitFlags = () => ({
  "wait-timeout": Flags.integer({
    summary: "Seconds to wait for it",
    helpValue: "S",
    min: 1,
    default: DEFAULT_WAIT_S,
  }),
  detach: Flags.boolean({ summary: "Do not wait for it", default: false }),
});

/** Milliseconds to wait; 0: not at all. */
export function waitMsOf(flags: { readonly "wait-timeout": number; readonly detach: boolean }): number {
  return flags.detach ? 0 : flags["wait-timeout"] * 1_000;
}
