// The parts of oclif that every command needs, by the narrow subpaths: the package's index would load all the rest.
export * as Args from "@oclif/core/args";
export { Command } from "@oclif/core/command";
export * as Flags from "@oclif/core/flags";
