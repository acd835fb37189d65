import { readJsonObject } from "./packages.ts";
import type { SourceTree } from "./source-tree.ts";

/** How a project's packages are installed in an image. */
export interface PackageManager {
  readonly name: "npm" | "yarn" | "pnpm" | "bun";
  /** Files that an install needs, for COPY. */
  readonly manifests: readonly string[];
  /** More COPY instructions that an install needs. */
  readonly copies?: readonly string[];
  /** Instruction that makes the tool available; empty where it is there. */
  readonly setup: string;
  /** Folder that later builds reuse. */
  readonly cache: string;
  /** Command that installs everything. */
  readonly install: string;
  /** Command that runs a script. */
  readonly run: string;
  /** Instruction that removes what only a build needs. */
  readonly prune: string;
}

/** The tool that the project names, or whose lock file is there; npm without either. */
export function choosePackageManager(tree: SourceTree): PackageManager {
  const field = readJsonObject(tree, "package.json")?.["packageManager"];
  const [, named, version] = /^(npm|yarn|pnpm|bun)@(\d{1,2})/u.exec(typeof field === "string" ? field : "") ?? [];
  const present = (...files: readonly string[]): string[] => files.filter((file) => tree.has(file));
  if (named === "pnpm" || (named === undefined && tree.has("pnpm-lock.yaml"))) {
    return {
      name: "pnpm",
      manifests: ["package.json", ...present("pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc")],
      setup: `RUN npm install --global pnpm@${version ?? "10"}`,
      cache: "/root/.local/share/pnpm/store",
      install: `pnpm install --prod=false${tree.has("pnpm-lock.yaml") ? " --frozen-lockfile" : ""}`,
      run: "pnpm run",
      prune: "RUN CI=true pnpm prune --prod",
    };
  }
  if (named === "bun" || (named === undefined && (tree.has("bun.lock") || tree.has("bun.lockb")))) {
    return {
      name: "bun",
      manifests: ["package.json", ...present("bun.lock", "bun.lockb", "bunfig.toml", ".npmrc")],
      setup: "RUN npm install --global bun@1",
      cache: "/root/.bun/install/cache",
      install: `bun install${tree.has("bun.lock") || tree.has("bun.lockb") ? " --frozen-lockfile" : ""}`,
      run: "bun run",
      prune: "",
    };
  }
  if (named === "yarn" || (named === undefined && tree.has("yarn.lock"))) return chooseYarn(tree, present, version);
  const lock = present("package-lock.json", "npm-shrinkwrap.json");
  return {
    name: "npm",
    manifests: ["package.json", ...lock, ...present(".npmrc")],
    setup: "",
    cache: "/root/.npm",
    install: lock.length > 0 ? "npm ci --include=dev" : "npm install --include=dev --no-audit --no-fund",
    run: "npm run",
    prune: "RUN npm prune --omit=dev",
  };
}

function chooseYarn(
  tree: SourceTree,
  present: (...files: readonly string[]) => string[],
  version: string | undefined,
): PackageManager {
  const manifests = ["package.json", ...present("yarn.lock", ".yarnrc.yml", ".yarnrc", ".npmrc")];
  const modern = tree.has(".yarnrc.yml") || Number(version ?? 1) > 1;
  if (!modern) {
    return {
      name: "yarn",
      manifests,
      setup: "",
      cache: "/usr/local/share/.cache/yarn",
      install: `yarn install --production=false${tree.has("yarn.lock") ? " --frozen-lockfile" : ""}`,
      run: "yarn run",
      prune: "RUN yarn install --production --ignore-scripts --prefer-offline",
    };
  }
  return {
    name: "yarn",
    manifests,
    // A project that brings its own yarn names it by path.
    ...(tree.text(".yarnrc.yml")?.includes("yarnPath:") === true ? { copies: ["COPY .yarn ./.yarn"] } : {}),
    setup: "RUN corepack enable",
    cache: "/root/.yarn/berry/cache",
    install: `yarn install${tree.has("yarn.lock") ? " --immutable" : ""}`,
    run: "yarn run",
    prune: "",
  };
}
