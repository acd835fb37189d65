import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import type { ConfigText } from "../../project/parse-app-config.ts";
import { type Problem, renderProblem } from "../../project/problem.ts";

export interface LoadAppConfigInput {
  /** Absolute path of the folder to start from: the argument of the command, or where it was called. */
  readonly dir: string;
  /** The value of `--config`: a file, or a folder with one; relative to `cwd`. */
  readonly configPath?: string | undefined;
  /** Absolute path of the folder where the command was typed; `dir` where absent. */
  readonly cwd?: string | undefined;
  /** The value of `--env`: fly.NAME.toml is laid over fly.toml. */
  readonly overlay?: string | undefined;
  /** Whether unknown keys are errors. */
  readonly strict?: boolean | undefined;
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
/** Names that are looked for, in this order. */
const CONFIG_FILE_NAMES = [CONFIG_FILE_NAME, "fly.json", "fly.yaml"] as const;

/** The texts of a configuration, the file first and then what is laid over it. */
export interface FoundAppConfig {
  /** Absolute path of the file. */
  readonly file: string;
  /** Folder that a build starts from: the file's own, but where `--config` names a file elsewhere, the folder given. */
  readonly contextDir: string;
  /** Named relative to the folder where the command was typed, for messages. */
  readonly texts: readonly ConfigText[];
}

/**
 * Finds the configuration of the app of a folder: `--config`, else fly.toml, fly.json or fly.yaml in the folder or,
 * inside a git repository, in one above it.
 * @throws CONFIG_NOT_FOUND
 */
export async function findAppConfig(input: LoadAppConfigInput, deps: LoadAppConfigDeps): Promise<FoundAppConfig> {
  const cwd = input.cwd ?? input.dir;
  const found =
    input.configPath === undefined ? await findUpwards(input.dir, deps) : await findNamed(cwd, input.configPath, deps);
  const named = (file: string, text: string): ConfigText => ({
    file: path.relative(cwd, file) || CONFIG_FILE_NAME,
    text,
  });
  const texts = [named(found.file, found.text)];
  if (input.overlay !== undefined) {
    const overlay = await readOverlay(found.file, input.overlay, deps);
    texts.push(named(overlay.file, overlay.text));
  }
  const contextDir = input.configPath === undefined ? path.dirname(found.file) : input.dir;
  return { file: found.file, contextDir, texts };
}

/**
 * Finds and reads the configuration of the app of a folder.
 * @throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_TOO_LARGE, CONFIG_KEY_DUPLICATE, CONFIG_INVALID
 */
export async function loadAppConfig(input: LoadAppConfigInput, deps: LoadAppConfigDeps): Promise<LoadedAppConfig> {
  const { file, contextDir, texts } = await findAppConfig(input, deps);
  const { config, warnings } = await readAppConfigs(texts, input.strict ?? false);
  return { config, file, contextDir, warnings };
}

/**
 * Reads the text of a configuration file.
 * @param name of the file, for messages
 * @throws CONFIG_SYNTAX, CONFIG_INVALID with all problems in the message and under `details.problems`
 */
export function readAppConfig(
  text: string,
  name: string,
): Promise<{ config: AppConfig; warnings: readonly Problem[] }> {
  return readAppConfigs([{ file: name, text }], false);
}

async function readAppConfigs(
  texts: readonly ConfigText[],
  strict: boolean,
): Promise<{ config: AppConfig; warnings: readonly Problem[] }> {
  // Parsers are loaded where there is something to parse: `launch` in an empty folder does without.
  const { parseLazily } = await import("../../project/parse-lazily.ts");
  const { config, problems } = await parseLazily(texts, { strict });
  if (config !== undefined) return { config, warnings: problems };
  const errors = problems.filter((problem) => problem.severity === "error");
  const name = texts[0]?.file ?? CONFIG_FILE_NAME;
  const rendered = errors.map(renderProblem).join("\n");
  const message = errors.length === 1 ? rendered : `${name} has ${errors.length} problems:\n${rendered}`;
  const code = errors.find(({ code: one }) => ABOUT_THE_FILE.has(one))?.code ?? "CONFIG_INVALID";
  throw new AppError(code, message, { details: { file: name, problems } });
}

/** Codes that say more about a file than that it is invalid. */
const ABOUT_THE_FILE: ReadonlySet<string> = new Set(["CONFIG_SYNTAX", "CONFIG_TOO_LARGE", "CONFIG_KEY_DUPLICATE"]);

interface Found {
  readonly file: string;
  readonly text: string;
}

async function findNamed(cwd: string, configPath: string, { files }: LoadAppConfigDeps): Promise<Found> {
  const named = path.resolve(cwd, configPath);
  const inside = CONFIG_FILE_NAMES.map((name) => path.join(named, name));
  const isFile = /\.(?:toml|json|ya?ml)$/iu.test(named);
  for (const file of isFile ? [named] : [...inside, named]) {
    const text = await files.readTextIfExists(file);
    if (text !== undefined) return { file, text };
  }
  const looked = isFile ? named : `${named}, and no ${CONFIG_FILE_NAMES.join(", ")} in it`;
  throw new AppError("CONFIG_NOT_FOUND", `There is no configuration file ${looked}`, {
    suggestions: ["hangar launch"],
  });
}

async function findUpwards(dir: string, deps: LoadAppConfigDeps): Promise<Found> {
  for (const folder of await searchFolders(dir, deps)) {
    for (const name of CONFIG_FILE_NAMES) {
      const file = path.join(folder, name);
      const text = await deps.files.readTextIfExists(file);
      if (text !== undefined) return { file, text };
    }
  }
  throw new AppError("CONFIG_NOT_FOUND", `There is no ${CONFIG_FILE_NAME} in ${dir}`, {
    suggestions: ["hangar launch"],
  });
}

/** `fly.staging.toml` beside `fly.toml`; any of the formats will do. */
async function readOverlay(base: string, name: string, { files }: LoadAppConfigDeps): Promise<Found> {
  if (!/^[\w.-]{1,64}$/u.test(name)) {
    throw new AppError("USAGE", `"${name}" cannot be part of a file name`, { suggestions: ["--env staging"] });
  }
  const own = path.extname(base);
  const stem = path.basename(base, own);
  const candidates = [...new Set([own, ".toml", ".json", ".yaml"])].map((extension) =>
    path.join(path.dirname(base), `${stem}.${name}${extension}`),
  );
  for (const file of candidates) {
    const text = await files.readTextIfExists(file);
    if (text !== undefined) return { file, text };
  }
  throw new AppError("CONFIG_NOT_FOUND", `There is no ${candidates[0]}, which --env ${name} asks for`, {
    suggestions: [`write what is different there into ${path.basename(candidates[0] ?? "")}`, "leave --env out"],
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
