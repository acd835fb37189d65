import { Flags } from "../oclif.ts";

/** `--yes`, `-y`: for the commands that ask. Pass its value to `confirm`. */
export const yesFlag = () => Flags.boolean({ char: "y", summary: "Answer yes to all questions", default: false });
