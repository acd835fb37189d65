// Modules of dependencies that are replaced in the bundle, each with the reason.
import type { Plugin } from "rolldown";

interface Replacement {
  /** The module that imports it. */
  readonly importer: RegExp;
  readonly specifier: string;
  readonly code: string;
}

/** Resolves from where dockerode is installed; the bundle itself has no such packages beside it. */
const NEAR_DOCKERODE =
  'const { createRequire } = require("node:module");\nconst near = () => createRequire(createRequire(__filename).resolve("dockerode"));\n';

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
  {
    // Brings ssh2, 50 ms at the start, for DOCKER_HOST=ssh:// alone.
    importer: /docker-modem\/lib\/modem\.js$/,
    specifier: "./ssh",
    code: `${NEAR_DOCKERODE}module.exports = (options) => near()("docker-modem/lib/ssh")(options);`,
  },
  {
    // Brings gRPC, 60 ms at the start, for builds through the engine's API, and reads .proto files beside its code.
    importer: /dockerode\/lib\/docker\.js$/,
    specifier: "./session",
    code: `${NEAR_DOCKERODE}module.exports = (...args) => near()("dockerode/lib/session")(...args);`,
  },
  {
    // The same, for reading the progress of such builds.
    importer: /dockerode\/lib\/docker\.js$/,
    specifier: "./buildkit",
    code: `${NEAR_DOCKERODE}module.exports = { followProgress: (...args) => near()("dockerode/lib/buildkit").followProgress(...args) };`,
  },
];

const PREFIX = "\0replaced:";

/** The plugin. */
export function replacedModules(): Plugin {
  return {
    name: "replaced-modules",
    resolveId(specifier, importer) {
      const index = REPLACEMENTS.findIndex(
        (entry) => entry.specifier === specifier && importer !== undefined && entry.importer.test(importer),
      );
      return index === -1 ? null : `${PREFIX}${index}.cjs`;
    },
    load(id) {
      return id.startsWith(PREFIX) ? (REPLACEMENTS[Number.parseInt(id.slice(PREFIX.length), 10)]?.code ?? null) : null;
    },
  };
}
