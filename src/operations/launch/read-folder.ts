import path from "node:path";
import type { Templates } from "../../platform/templates.ts";
import type { AppConfig } from "../../project/app-config.ts";
import { DOCKERFILE_NAMES } from "../config/find-dockerfile.ts";
import { CONFIG_FILE_NAME, readAppConfig } from "../config/load-app-config.ts";
import type { LaunchSource, ProjectFolder } from "./launch-plan.ts";
import { renderDockerfile } from "./render-dockerfile.ts";
import type { Candidate, Detection, ImagePlan } from "./scan/detection.ts";
import type { SourceTree } from "./scan/source-tree.ts";

export interface ReadFolderDeps {
  readonly files: { readTextIfExists(file: string): Promise<string | undefined> };
  /** The folder's names and texts, within limits. */
  readonly readTree: (dir: string) => Promise<SourceTree>;
  readonly templates: Templates;
}

const DOCKERFILE = "Dockerfile";
const DOCKERIGNORE = ".dockerignore";

/** Everything that a plan needs to know about a folder, or the programs in it, of which one has to be chosen first. */
export async function readFolder(
  dir: string,
  source: LaunchSource,
  deps: ReadFolderDeps,
): Promise<{ readonly folder: ProjectFolder } | { readonly candidates: readonly Candidate[] }> {
  const read = (name: string): Promise<string | undefined> => deps.files.readTextIfExists(path.join(dir, name));
  const name = path.basename(dir);
  const toml = await read(CONFIG_FILE_NAME);
  const config = toml === undefined ? undefined : (await readAppConfig(toml, CONFIG_FILE_NAME)).config;
  const template = source.kind === "template" ? await deps.templates.read(source.name) : undefined;
  const texts = new Map<string, string>(toml === undefined ? [] : [[CONFIG_FILE_NAME, toml]]);
  for (const file of [...(template?.files.map((entry) => entry.path) ?? []), DOCKERIGNORE]) {
    const text = await read(file);
    if (text !== undefined) texts.set(file, text);
  }
  const folder = { name, texts, config, template };
  if (template !== undefined || (config !== undefined && !isUnbuilt(config))) return { folder };
  const tree = await deps.readTree(dir);
  // A fly.toml beside a Dockerfile is a project that is launched already.
  if (config !== undefined && tree.first(DOCKERFILE_NAMES) !== undefined) return { folder };
  // The scanners, and what they parse with, are loaded where there is something to look at.
  const { scanProject } = await import("./scan/scan-project.ts");
  const result = scanProject(tree);
  if (result.kind === "several") return config === undefined ? { candidates: result.candidates } : { folder };
  if (result.kind === "unknown") return { folder };
  const detection = withPortOf(config, result.detection);
  const imageFiles = await renderImageFiles(detection.image, deps.templates);
  return { folder: { ...folder, detection, imageFiles } };
}

/** Whether a configuration leaves open what its image is built from. */
function isUnbuilt({ build }: AppConfig): boolean {
  return build.image === undefined && build.dockerfile === undefined && build.otherBuilder === undefined;
}

/** A fly.toml that is there decides the port. */
function withPortOf(config: AppConfig | undefined, detection: Detection): Detection {
  const port = config?.services[0]?.internalPort;
  if (port === undefined || detection.image === undefined) return detection;
  const was = String(detection.port.value);
  const swap = (text: string): string => text.replaceAll(new RegExp(`(?<!\\d)${was}(?!\\d)`, "gu"), String(port));
  const { start = "", env = "", ...others } = detection.image.values;
  const values = { ...others, start: swap(start), env: swap(env), port: String(port) };
  return { ...detection, port: { value: port, source: CONFIG_FILE_NAME }, image: { ...detection.image, values } };
}

async function renderImageFiles(
  image: ImagePlan | undefined,
  templates: Templates,
): Promise<ReadonlyMap<string, string>> {
  if (image === undefined) return new Map();
  const [dockerfile, dockerignore] = await Promise.all([
    templates.readDockerfile(image.template),
    templates.readDockerignore(),
  ]);
  return new Map([
    [DOCKERFILE, renderDockerfile(dockerfile, image.values)],
    [DOCKERIGNORE, [dockerignore.trimEnd(), ...(image.ignore ?? []), ""].join("\n")],
  ]);
}
