// Reads what decides about changes of an app's files: its configuration, its Dockerfile, what stays out of the build.
import path from "node:path";
import { parseDockerignore } from "../../project/dockerignore.ts";
import { findDockerfile } from "../config/find-dockerfile.ts";
import type { LoadedAppConfig } from "../config/load-app-config.ts";
import type { Project } from "./plan-change.ts";
import { readPlacements } from "./placements.ts";

export interface ReadProjectDeps {
  readonly files: {
    readTextIfExists(file: string): Promise<string | undefined>;
    exists(file: string): Promise<boolean>;
  };
}

export interface DevProject extends Project {
  /** Whether nothing below a folder, or the file, is of interest. */
  readonly skips: (relative: string) => boolean;
}

const OUTSIDE = { kind: "outside" } as const;
/** Nobody builds from these, and they change all the time. */
const NEVER_WATCHED = /(?:^|\/)\.(?:git|hg|svn)(?:\/|$)/u;

/** @throws DOCKERFILE_NOT_FOUND */
export async function readProject(
  { config, file, contextDir }: LoadedAppConfig,
  { files }: ReadProjectDeps,
): Promise<DevProject> {
  const configDir = path.dirname(file);
  const { image, ignorefile, target, compose } = config.build;
  const dockerfile =
    image === undefined ? await findDockerfile({ build: config.build, configDir, contextDir }, { files }) : undefined;
  const ignoreFiles = [
    ...(ignorefile === undefined ? [] : [path.resolve(configDir, ignorefile)]),
    ...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]),
    path.join(contextDir, ".dockerignore"),
  ];
  const rules = parseDockerignore((await firstText(ignoreFiles, files)) ?? "");
  const configuration = new Set(
    [
      file,
      ...(dockerfile === undefined ? [] : [dockerfile]),
      ...ignoreFiles,
      ...config.files.flatMap(({ localPath }) => (localPath === undefined ? [] : [path.resolve(configDir, localPath)])),
      ...[config.machineConfig, compose?.file].flatMap((name) =>
        name === undefined || name === "" ? [] : [path.resolve(configDir, name)],
      ),
    ].map((one) => path.relative(contextDir, one).split(path.sep).join("/")),
  );
  const text = dockerfile === undefined ? undefined : await files.readTextIfExists(dockerfile);
  return {
    configuration,
    placementOf: text === undefined ? () => OUTSIDE : readPlacements(text, target),
    ignores: rules.ignores,
    // of several containers nobody can tell which one has the files
    syncs: compose === undefined && config.machineConfig === undefined,
    skips: (relative) => NEVER_WATCHED.test(relative) || (rules.ignoresAllIn(relative) && !configuration.has(relative)),
  };
}

async function firstText(names: readonly string[], files: ReadProjectDeps["files"]): Promise<string | undefined> {
  for (const name of names) {
    const text = await files.readTextIfExists(name);
    if (text !== undefined) return text;
  }
  return undefined;
}
