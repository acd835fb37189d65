import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import { type Problem, renderProblem } from "../../project/problem.ts";

export interface LoadAppConfigInput {
  /** Absolute path of the folder to start from: the argument of the command, or where it was called. */
  readonly dir: string;
  /** The value of `--config`: a file, or a folder with a fly.toml; relative to `dir`. */
  readonly configPath?: string | undefined;
}

/** What is asked of the file system. */
export interface LoadAppConfigDeps {
  readonly files: {
    readTextIfExists(file: string): Promise<string | undefined>;
    exists(file: string): Promise<boolean>;
  };
}

export interface LoadedAppConfig {
  readonly config: AppConfig;
  /** Absolute path of the file. */
  readonly file: string;
  /** Folder that a build starts from: the file's own, but where `--config` names a file elsewhere, the folder given. */
  readonly contextDir: string;
  /** Surprises that do not stop anything. */
  readonly warnings: readonly Problem[];
}

export const CONFIG_FILE_NAME = "fly.toml";

/**
 * Finds and reads the configuration of the app of a folder: `--config`, else fly.toml in the folder or, inside a git
 * repository, in one above it.
 * @throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_INVALID
 */
export async function loadAppConfig(input: LoadAppConfigInput, deps: LoadAppConfigDeps): Promise<LoadedAppConfig> {
  const found =
    input.configPath === undefined
      ? await findUpwards(input.dir, deps)
      : await findNamed(input.dir, input.configPath, deps);
  const { config, warnings } = await readAppConfig(
    found.text,
    path.relative(input.dir, found.file) || CONFIG_FILE_NAME,
  );
  return {
    config,
    file: found.file,
    contextDir: input.configPath === undefined ? path.dirname(found.file) : input.dir,
    warnings,
  };
}

/**
 * Reads the text of a configuration file.
 * @param name of the file, for messages
 * @throws CONFIG_SYNTAX, CONFIG_INVALID with all problems in the message and under `details.problems`
 */
export async function readAppConfig(
  text: string,
  name: string,
): Promise<{ config: AppConfig; warnings: readonly Problem[] }> {
  // The parser is loaded where there is something to parse: `launch` in an empty folder does without.
  const { parseAppConfig } = await import("../../project/parse-app-config.ts");
  const { config, problems } = parseAppConfig(text, name);
  if (config !== undefined) return { config, warnings: problems };
  const errors = problems.filter((problem) => problem.severity === "error");
  const [first] = errors;
  const rendered = errors.map(renderProblem).join("\n");
  const message = errors.length === 1 ? rendered : `${name} has ${errors.length} problems:\n${rendered}`;
  throw new AppError(first?.code ?? "CONFIG_INVALID", message, { details: { file: name, problems } });
}

interface Found {
  readonly file: string;
  readonly text: string;
}

async function findNamed(dir: string, configPath: string, { files }: LoadAppConfigDeps): Promise<Found> {
  const named = path.resolve(dir, configPath);
  const candidates = named.endsWith(".toml") ? [named] : [path.join(named, CONFIG_FILE_NAME), named];
  for (const file of candidates) {
    const text = await files.readTextIfExists(file);
    if (text !== undefined) return { file, text };
  }
  throw new AppError("CONFIG_NOT_FOUND", `There is no configuration file ${candidates.join(" or ")}`, {
    suggestions: ["hangar launch"],
  });
}

async function findUpwards(dir: string, deps: LoadAppConfigDeps): Promise<Found> {
  for (const folder of await searchFolders(dir, deps)) {
    const file = path.join(folder, CONFIG_FILE_NAME);
    const text = await deps.files.readTextIfExists(file);
    if (text !== undefined) return { file, text };
  }
  throw new AppError("CONFIG_NOT_FOUND", `There is no ${CONFIG_FILE_NAME} in ${dir}`, {
    suggestions: ["hangar launch"],
  });
}

/** The folder and those above it up to the root of its repository; outside of repositories nothing above, where others' files are. */
async function searchFolders(dir: string, { files }: LoadAppConfigDeps): Promise<string[]> {
  const folders: string[] = [];
  for (let folder = path.resolve(dir); ; folder = path.dirname(folder)) {
    folders.push(folder);
    if (await files.exists(path.join(folder, ".git"))) return folders;
    if (path.dirname(folder) === folder) return [path.resolve(dir)];
  }
}
