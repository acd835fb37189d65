import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { Templates } from "../../platform/templates.ts";
import type { FileToWrite } from "../../platform/write-all.ts";
import type { RegionNames } from "../../project/wanted-regions.ts";
import { CONFIG_FILE_NAME, readAppConfig } from "../config/load-app-config.ts";
import type { LaunchPlan, LaunchRequest, LaunchSource, PlannedFile, ProjectFolder } from "./launch-plan.ts";
import { chooseSource, planLaunch } from "./plan-launch.ts";

export interface LaunchInput extends LaunchRequest {
  /** Absolute path of the project's folder; it is made where it does not exist. */
  readonly dir: string;
  /** Whether to deploy what was launched. */
  readonly deploy: boolean;
}

/** What the deploy that follows a launch is told. */
export interface LaunchedApp {
  readonly dir: string;
  readonly app: string;
  readonly region: string;
}

export interface LaunchDeps<Deployed> {
  readonly files: {
    listNames(folder: string): Promise<string[]>;
    readTextIfExists(file: string): Promise<string | undefined>;
  };
  readonly writeAll: (folder: string, files: readonly FileToWrite[]) => Promise<void>;
  readonly templates: Templates;
  readonly regions: RegionNames;
  /** Shows the plan and asks; false ends the launch with nothing done. */
  readonly approve: (plan: LaunchPlan) => Promise<boolean>;
  readonly deployAfterLaunch: (launched: LaunchedApp) => Promise<Deployed>;
}

export interface LaunchResult<Deployed> {
  readonly app: string;
  readonly region: string;
  readonly template?: string;
  readonly dir: string;
  readonly files: readonly Pick<PlannedFile, "path" | "action" | "note">[];
  /** What the deploy answered; absent without one. */
  readonly deployed?: Deployed;
}

/**
 * Makes a folder deployable and deploys it: plans, asks, writes all files or none, and hands over to the deploy.
 * @throws USAGE, APP_NAME_INVALID, REGION_UNKNOWN, TEMPLATE_NOT_FOUND, DOCKERFILE_NOT_FOUND, FILE_EXISTS, FILE_ACCESS,
 * DISK_FULL, CONFIG_SYNTAX, CONFIG_INVALID, CANCELLED; nothing is written then
 */
export async function launch<Deployed>(
  input: LaunchInput,
  deps: LaunchDeps<Deployed>,
): Promise<LaunchResult<Deployed>> {
  const names = await deps.files.listNames(input.dir);
  const source = chooseSource(input, names, await defaultTemplate(deps.templates));
  const plan = planLaunch(input, source, await readFolder(input.dir, source, deps), deps.regions);
  requireNoProblems(plan);
  if (!(await deps.approve(plan))) throw new AppError("CANCELLED", "Nothing was written");
  const writes = plan.files.flatMap(({ path: name, action, text }) =>
    text === undefined ? [] : [{ path: name, text, replace: action === "changed" }],
  );
  if (writes.length > 0) await deps.writeAll(input.dir, writes);
  const launched = { dir: input.dir, app: plan.app.value, region: plan.region.value };
  return {
    app: launched.app,
    region: launched.region,
    ...(plan.template === undefined ? {} : { template: plan.template.value }),
    dir: input.dir,
    files: plan.files.map(withoutText),
    ...(input.deploy ? { deployed: await deps.deployAfterLaunch(launched) } : {}),
  };
}

function withoutText({ path: name, action, note }: PlannedFile): Pick<PlannedFile, "path" | "action" | "note"> {
  return { path: name, action, ...(note === undefined ? {} : { note }) };
}

async function defaultTemplate(templates: Templates): Promise<string> {
  const all = await templates.list();
  return all.find((template) => template.isDefault)?.name ?? "";
}

async function readFolder(
  dir: string,
  source: LaunchSource,
  { files, templates }: Pick<LaunchDeps<unknown>, "files" | "templates">,
): Promise<ProjectFolder> {
  const template = source.kind === "template" ? await templates.read(source.name) : undefined;
  const wanted = new Set([
    CONFIG_FILE_NAME,
    ...(template?.files.map((file) => file.path) ?? []),
    ...(source.kind === "dockerfile" ? [source.name] : []),
  ]);
  const texts = new Map<string, string>();
  for (const name of wanted) {
    const text = await files.readTextIfExists(path.join(dir, name));
    if (text !== undefined) texts.set(name, text);
  }
  const toml = texts.get(CONFIG_FILE_NAME);
  const config = toml === undefined ? undefined : (await readAppConfig(toml, CONFIG_FILE_NAME)).config;
  return { name: path.basename(dir), texts, config, template };
}

function requireNoProblems(plan: LaunchPlan): void {
  const [first] = plan.problems;
  if (first === undefined) return;
  throw new AppError(first.code, plan.problems.map((problem) => problem.message).join("\n"), {
    suggestions: plan.problems.flatMap((problem) => problem.suggestions),
    details: { problems: plan.problems },
  });
}
