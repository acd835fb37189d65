import { Flags } from "../oclif.ts";
import { waitFlags } from "./wait.ts";

/** Whether changed secrets wait for a deploy, which is the rule, or go to the machines at once. Spread them. */
export const stagingFlags = () => ({
  deploy: Flags.boolean({ summary: "Give them to the machines at once, one after the other", default: false }),
  stage: Flags.boolean({
    summary: "Leave the machines as they are; this is the default",
    default: false,
    exclusive: ["deploy"],
  }),
  ...waitFlags(),
});
