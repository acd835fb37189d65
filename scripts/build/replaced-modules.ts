// Modules of dependencies that are replaced in the bundle, each with the reason.
import type { Plugin } from "rolldown";

interface Replacement {
  /** The module that imports it. */
  readonly importer: RegExp;
  readonly specifier: string;
  readonly code: string;
}

const REPLACEMENTS: readonly Replacement[] = [
  {
    // Command.run reads the whole configuration anew although its caller passes the one it has.
    importer: /@oclif\/core\/lib\/command\.js$/,
    specifier: "./config",
    code: "exports.Config = { load: async (config) => config };",
  },
  {
    // Reads its own package.json by a path that a bundle does not have, for a name that only debug output shows.
    importer: /@oclif\/core\/lib\//,
    specifier: "@oclif/core/package.json",
    code: 'module.exports = { name: "@oclif/core", version: "5" };',
  },
];

const PREFIX = "\0replaced:";

/** The plugin. */
export function replacedModules(): Plugin {
  return {
    name: "replaced-modules",
    resolveId(specifier, importer) {
      const index = REPLACEMENTS.findIndex((entry) => entry.specifier === specifier && importer !== undefined && entry.importer.test(importer));
      return index === -1 ? null : `${PREFIX}${index}.cjs`;
    },
    load(id) {
      return id.startsWith(PREFIX) ? (REPLACEMENTS[Number.parseInt(id.slice(PREFIX.length), 10)]?.code ?? null) : null;
    },
  };
}
