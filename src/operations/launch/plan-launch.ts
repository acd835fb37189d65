import { deriveAppName, isAppName } from "../../project/app-name.ts";
import { parseExposedPort } from "../../project/exposed-port.ts";
import { renderAppConfig } from "../../project/render-app-config.ts";
import type { RegionNames } from "../../project/wanted-regions.ts";
import { DOCKERFILE_NAMES } from "../config/find-dockerfile.ts";
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

const DEFAULT_REGION = "iad";
const DEFAULT_PORT = 8_080;

/** Names that say nothing about what a project is made of. */
const SAYS_NOTHING =
  /^(\.git|\.gitignore|\.gitattributes|\.github|\.editorconfig|\.DS_Store|\.idea|\.vscode|README(\..*)?|LICEN[CS]E(\..*)?)$/u;

/**
 * What to start from, told by the names in the folder: a template that was asked for, else the folder's own fly.toml or
 * Dockerfile, else the default template where there is nothing yet.
 */
export function chooseSource(
  request: Pick<LaunchRequest, "template">,
  names: readonly string[],
  defaultTemplate: string,
): LaunchSource {
  if (request.template !== undefined) return { kind: "template", name: request.template, because: "--template" };
  if (names.includes(CONFIG_FILE_NAME)) return { kind: "config" };
  const dockerfile = DOCKERFILE_NAMES.find((name) => names.includes(name));
  if (dockerfile !== undefined) return { kind: "dockerfile", name: dockerfile };
  if (names.every((name) => SAYS_NOTHING.test(name)))
    return { kind: "template", name: defaultTemplate, because: "the folder is empty" };
  return { kind: "unknown" };
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
  if (source.kind === "dockerfile") {
    const internalPort = planPort(folder.texts.get(source.name) ?? "", source.name);
    const dockerfile = source.name === "Containerfile" ? source.name : undefined;
    const text = renderAppConfig({
      app: app.value,
      region: region.value,
      internalPort: internalPort.value,
      dockerfile,
    });
    return {
      app,
      region,
      internalPort,
      files: [
        { path: CONFIG_FILE_NAME, action: "created", text },
        { path: source.name, action: "kept" },
      ],
      problems,
    };
  }
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
  if (source.kind === "config") return { app, region, files: [{ path: CONFIG_FILE_NAME, action: "kept" }], problems };
  return { app, region, files: [], problems: [...problems, UNKNOWN_PROJECT] };
}

const UNKNOWN_PROJECT: LaunchProblem = {
  code: "DOCKERFILE_NOT_FOUND",
  message: "The folder has neither a fly.toml nor a Dockerfile, and Hangar does not recognise frameworks by itself yet",
  suggestions: ["write a Dockerfile, then: hangar launch", "hangar launch --template where-am-i NEW_FOLDER"],
};

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

function planPort(dockerfile: string, name: string): Sourced<number> {
  const exposed = parseExposedPort(dockerfile);
  return exposed === undefined
    ? { value: DEFAULT_PORT, source: `default, ${name} exposes none` }
    : { value: exposed, source: `EXPOSE in ${name}` };
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
