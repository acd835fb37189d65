import { checkChecks } from "./checks.ts";
import { checkCommands } from "./commands.ts";
import { checkGroups } from "./groups.ts";
import { checkMachineSource } from "./machine-source.ts";
import { checkMachines } from "./machines.ts";
import { checkRegions } from "./regions.ts";
import type { Rule } from "./rule.ts";
import { checkServices } from "./services.ts";
import { checkStatics } from "./statics.ts";

/** Every rule between keys. */
export const RULES: readonly Rule[] = [
  checkCommands,
  checkGroups,
  checkServices,
  checkChecks,
  checkMachines,
  checkMachineSource,
  checkRegions,
  checkStatics,
];
