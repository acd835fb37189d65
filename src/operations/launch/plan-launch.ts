import { deriveAppName, isAppName } from "../../project/app-name.ts";
import { renderAppConfig } from "../../project/render-app-config.ts";
import type { RegionNames } from "../../project/wanted-regions.ts";
import { CONFIG_FILE_NAME } from "../config/load-app-config.ts";
import type {
  LaunchPlan,
  LaunchProblem,
  LaunchRequest,
  LaunchSource,
  PlannedFile,
  ProjectFolder,
  Sourced,
} from "./launch-plan.ts";
import type { Detection } from "./scan/detection.ts";

const DEFAULT_REGION = "iad";

/** Names that say nothing about what a project is made of. */
const SAYS_NOTHING =
  /^(\.git|\.gitignore|\.gitattributes|\.github|\.editorconfig|\.DS_Store|\.idea|\.vscode|README(\..*)?|LICEN[CS]E(\..*)?)$/u;

/**
 * What to start from, told by the names in the folder: a template that was asked for, else the folder's own fly.toml, else
 * the default template where there is nothing yet, else what the project turns out to be.
 */
export function chooseSource(
  request: Pick<LaunchRequest, "template">,
  names: readonly string[],
  defaultTemplate: string,
): LaunchSource {
  if (request.template !== undefined) return { kind: "template", name: request.template, because: "--template" };
  if (names.includes(CONFIG_FILE_NAME)) return { kind: "config" };
  if (names.every((name) => SAYS_NOTHING.test(name)))
    return { kind: "template", name: defaultTemplate, because: "the folder is empty" };
  return { kind: "project" };
}

/** Decides what a launch does to a folder, and finds everything that forbids it. */
export function planLaunch(
  request: LaunchRequest,
  source: LaunchSource,
  folder: ProjectFolder,
  regions: RegionNames,
): LaunchPlan {
  const app = planName(request, folder);
  const region = planRegion(request, folder);
  const problems = [...nameProblems(request, folder, app), ...regionProblems(request, folder, region, regions)];
  const { detection } = folder;
  if (source.kind === "template") {
    const files = planFiles(request, folder, { app: app.value, region: region.value });
    return {
      app,
      region,
      template: { value: source.name, source: source.because },
      files,
      problems: [...problems, ...conflictProblems(source.name, files)],
    };
  }
  const config: PlannedFile[] = source.kind === "config" ? [{ path: CONFIG_FILE_NAME, action: "kept" }] : [];
  if (detection === undefined)
    return {
      app,
      region,
      files: config,
      problems: source.kind === "config" ? problems : [...problems, UNKNOWN_PROJECT],
    };
  const written = source.kind === "config" ? config : [configOf(app.value, region.value, detection)];
  return { app, region, detection, files: [...written, ...planImageFiles(folder, detection)], problems };
}

const UNKNOWN_PROJECT: LaunchProblem = {
  code: "DOCKERFILE_NOT_FOUND",
  message: "The folder has neither a fly.toml nor a Dockerfile, and nothing in it tells what it is made of",
  suggestions: ["write a Dockerfile, then: hangar launch", "hangar launch --template where-am-i NEW_FOLDER"],
};

/** The fly.toml of a project that was looked at. */
function configOf(app: string, region: string, detection: Detection): PlannedFile {
  const { framework, family, port, health, processes, releaseCommand, volume, env, killSignal } = detection;
  const named = family === "dockerfile" && framework.source === "Containerfile";
  const [first] = processes.keys();
  const text = renderAppConfig({
    app,
    region,
    internalPort: port.value,
    dockerfile: named ? framework.source : undefined,
    healthPath: health?.value,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replaceAll("{app}", app)])),
    processes: new Map([...processes].map(([name, command]) => [name, command.value])),
    webProcess: processes.has("web") ? "web" : first,
    releaseCommand: releaseCommand?.value,
    killSignal,
    volume: volume?.value,
  });
  return { path: CONFIG_FILE_NAME, action: "created", text };
}

function planImageFiles(folder: ProjectFolder, detection: Detection): PlannedFile[] {
  if (detection.family === "dockerfile") return [{ path: detection.framework.source, action: "kept" }];
  return [...(folder.imageFiles ?? [])].map(([path, text]): PlannedFile => {
    const existing = folder.texts.get(path);
    if (existing === undefined) return { path, action: "created", text };
    return existing === text ? { path, action: "kept" } : { path, action: "kept", note: "yours is used" };
  });
}

function planName(request: LaunchRequest, folder: ProjectFolder): Sourced<string> {
  if (request.name !== undefined) return { value: request.name, source: "--name" };
  if (folder.config?.app !== undefined) return { value: folder.config.app, source: CONFIG_FILE_NAME };
  return { value: deriveAppName(folder.name), source: "name of the folder" };
}

function planRegion(request: LaunchRequest, folder: ProjectFolder): Sourced<string> {
  if (request.region !== undefined) return { value: request.region, source: "--region" };
  if (folder.config?.primaryRegion !== undefined)
    return { value: folder.config.primaryRegion, source: CONFIG_FILE_NAME };
  return { value: DEFAULT_REGION, source: "default" };
}

function nameProblems(request: LaunchRequest, folder: ProjectFolder, app: Sourced<string>): LaunchProblem[] {
  const inFile = folder.config?.app;
  if (request.name !== undefined && inFile !== undefined && inFile !== request.name)
    return [contradiction("app", inFile, "--name", request.name)];
  // A name that a file already has is the platform's business; new ones have to fit into host names.
  if (request.name === undefined || isAppName(request.name)) return [];
  const usable = deriveAppName(app.value);
  return [
    {
      code: "APP_NAME_INVALID",
      message: `"${app.value}" cannot be an app's name: it becomes part of host names, so use up to 63 of a-z, 0-9 and -, beginning with a letter`,
      suggestions: [`hangar launch --name ${usable}`],
    },
  ];
}

function regionProblems(
  request: LaunchRequest,
  folder: ProjectFolder,
  region: Sourced<string>,
  regions: RegionNames,
): LaunchProblem[] {
  const inFile = folder.config?.primaryRegion;
  if (request.region !== undefined && inFile !== undefined && inFile !== request.region)
    return [contradiction("primary_region", inFile, "--region", request.region)];
  if (regions.has(region.value)) return [];
  const near = regions.suggest(region.value);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  const fix = near.map((code) =>
    region.source === CONFIG_FILE_NAME
      ? `set primary_region = "${code}" in ${CONFIG_FILE_NAME}`
      : `hangar launch --region ${code}`,
  );
  return [
    {
      code: "REGION_UNKNOWN",
      message: `Region "${region.value}" (${region.source}) does not exist${hint}`,
      suggestions: [...fix, "hangar regions"],
    },
  ];
}

function contradiction(key: string, inFile: string, flag: string, value: string): LaunchProblem {
  return {
    code: "USAGE",
    message: `${CONFIG_FILE_NAME} says ${key} = "${inFile}", and ${flag} says "${value}"; an existing ${CONFIG_FILE_NAME} is never changed`,
    suggestions: [`leave ${flag} out`, `edit ${key} in ${CONFIG_FILE_NAME}`],
  };
}

function planFiles(
  request: LaunchRequest,
  folder: ProjectFolder,
  values: Readonly<Record<string, string>>,
): PlannedFile[] {
  return (folder.template?.files ?? []).map((file) => {
    const text = file.text.replaceAll(/\{\{(\w+)\}\}/gu, (placeholder, key: string) => values[key] ?? placeholder);
    const existing = folder.texts.get(file.path);
    if (existing === undefined) return { path: file.path, action: "created", text };
    if (existing === text) return { path: file.path, action: "kept" };
    if (file.path === CONFIG_FILE_NAME) return { path: file.path, action: "kept", note: "yours is used" };
    if (request.force) return { path: file.path, action: "changed", text };
    return { path: file.path, action: "kept", note: file.optional ? "differs from the template's" : CONFLICT };
  });
}

const CONFLICT = "has other content than the template needs";

function conflictProblems(template: string, files: readonly PlannedFile[]): LaunchProblem[] {
  const paths = files.filter((file) => file.note === CONFLICT).map((file) => file.path);
  if (paths.length === 0) return [];
  return [
    {
      code: "FILE_EXISTS",
      message: `The template would overwrite ${paths.join(", ")}`,
      suggestions: [`hangar launch --template ${template} NEW_FOLDER`, `hangar launch --template ${template} --force`],
    },
  ];
}
