// What may import what. One row for each layer, most specific first: the first prefix that fits a file is its layer.

export interface Layer {
  /** A folder or a file of src, with everything below it. */
  readonly prefix: string;
  /** Layers, packages and `node:*` that it may import; itself is always allowed. */
  readonly mayImport: readonly string[];
  /** Node modules that it must not import although `node:*` is allowed. */
  readonly except?: readonly string[];
}

const MODEL = ["src/errors", "src/contract", "src/emulator/model"];
const COMPONENT = [...MODEL, "src/platform", "src/emulator/topology", "src/emulator/runtime", "node:*"];
const NO_FILES = ["node:fs", "node:fs/promises", "node:child_process"];

export const LAYERS: readonly Layer[] = [
  { prefix: "src/errors", mayImport: [] },
  { prefix: "src/contract", mayImport: ["src/errors", "zod"] },
  {
    prefix: "src/platform",
    mayImport: ["src/errors", "node:*", "execa", "keytar", "open", "@peculiar/x509", "reflect-metadata", "chokidar"],
  },
  {
    prefix: "src/project",
    mayImport: [
      "src/errors",
      "src/contract",
      "src/emulator/index.ts",
      "zod",
      "@iarna/toml",
      "toml-eslint-parser",
      "yaml",
      "@decimalturn/toml-patch",
      "diff",
    ],
  },
  { prefix: "src/client", mayImport: ["src/errors", "src/contract", "src/platform", "zod"] },

  { prefix: "src/emulator/model", mayImport: ["src/errors", "src/contract"] },
  { prefix: "src/emulator/topology", mayImport: MODEL },
  { prefix: "src/emulator/index.ts", mayImport: ["src/emulator/topology", "src/emulator/model"] },
  { prefix: "src/emulator/runtime", mayImport: [...MODEL, "src/platform", "node:*", "dockerode"] },
  {
    prefix: "src/emulator/control-plane/store",
    mayImport: [...MODEL, "src/emulator/topology", "node:*", "zod"],
    except: ["node:child_process"],
  },
  {
    prefix: "src/emulator/control-plane/world-view.ts",
    mayImport: [
      ...MODEL,
      "src/emulator/topology",
      "src/emulator/control-plane/store",
      "src/emulator/control-plane/world-services.ts",
      "src/emulator/control-plane/doors.ts",
    ],
  },
  { prefix: "src/emulator/control-plane/doors.ts", mayImport: MODEL },
  { prefix: "src/emulator/control-plane/world-services.ts", mayImport: [...MODEL, "zod"] },
  {
    prefix: "src/emulator/machines",
    mayImport: [...COMPONENT, "src/emulator/control-plane/store", "src/emulator/control-plane/world-view.ts"],
    except: NO_FILES,
  },
  { prefix: "src/emulator/dns", mayImport: [...COMPONENT, "dns-packet"], except: NO_FILES },
  { prefix: "src/emulator/component", mayImport: [...COMPONENT, "zod"] },
  { prefix: "src/emulator/wan", mayImport: [...COMPONENT, "src/emulator/component", "src/emulator/dns", "koffi"] },
  {
    prefix: "src/emulator/edge",
    mayImport: [...COMPONENT, "src/emulator/component", "zod", "koffi"],
    except: NO_FILES,
  },
  {
    prefix: "src/emulator/control-plane",
    mayImport: [
      ...COMPONENT,
      "src/emulator/machines",
      "src/emulator/control-plane",
      "src/emulator/lifecycle/infrastructure.ts",
      "hono",
      "@hono/node-server",
      "tweetnacl",
      "zod",
    ],
    except: ["node:child_process"],
  },
  {
    prefix: "src/emulator/lifecycle",
    mayImport: ["src/errors", "src/contract", "src/platform", "src/emulator", "node:*"],
  },
  {
    prefix: "src/emulator/processes",
    mayImport: ["src/errors", "src/contract", "src/platform", "src/emulator", "node:*"],
  },

  {
    prefix: "src/operations/secrets",
    mayImport: ["src/errors", "src/contract", "src/client", "src/platform", "src/operations", "node:*", "dotenv"],
    except: ["node:child_process", "node:http", "node:https", "node:net"],
  },
  {
    prefix: "src/operations",
    mayImport: [
      "src/errors",
      "src/contract",
      "src/client",
      "src/project",
      "src/platform",
      "src/emulator/index.ts",
      "src/emulator/lifecycle",
      "src/emulator/runtime",
      "node:*",
    ],
    except: ["node:child_process", "node:http", "node:https", "node:net"],
  },
  {
    prefix: "src/cli/views",
    mayImport: ["src/errors", "src/contract", "src/platform", "src/operations", "src/cli", "ink", "react"],
  },
  {
    prefix: "src/cli",
    mayImport: [
      "src/errors",
      "src/contract",
      "src/client",
      "src/project",
      "src/platform",
      "src/emulator/index.ts",
      "src/emulator/runtime",
      "src/operations",
      "src/cli/views",
      "@oclif/core",
      "@oclif/plugin-not-found",
      "node:*",
    ],
  },
  {
    prefix: "src/commands",
    mayImport: [
      "src/errors",
      "src/contract",
      "src/emulator/index.ts",
      "src/platform",
      "src/operations",
      "src/cli",
      "@oclif/core",
      "node:path",
    ],
  },
];

/** Files of the emulator that compute and nothing else; they import no `node:` module and no platform. */
export const PURE_FILES: readonly RegExp[] = [
  /^src\/emulator\/(model|topology)\//,
  /^src\/emulator\/wan\/(link-table|delay-queue|classify)\.ts$/,
  /^src\/emulator\/edge\/route\.ts$/,
  /^src\/emulator\/machines\/state\.ts$/,
  /^src\/(errors\/did-you-mean|cli\/manifest|cli\/output\/table)\.ts$/,
];
