import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { FileToWrite, WrittenFiles } from "../../platform/write-all.ts";
import type { RegionNames } from "../../project/wanted-regions.ts";
import {
  type LaunchPlan,
  type LaunchRequest,
  type LaunchSource,
  type PlannedFile,
  type PlanRow,
  planRows,
  type ProjectFolder,
} from "./launch-plan.ts";
import { chooseSource, planLaunch } from "./plan-launch.ts";
import { readFolder, type ReadFolderDeps } from "./read-folder.ts";
import type { Candidate } from "./scan/detection.ts";

export interface LaunchInput extends LaunchRequest {
  /** Absolute path of the project's folder; it is made where it does not exist. */
  readonly dir: string;
  /** Whether to deploy what was launched. */
  readonly deploy: boolean;
  /** Only make the plan. */
  readonly planOnly?: boolean;
}

/** What the deploy that follows a launch is told. */
export interface LaunchedApp {
  readonly dir: string;
  readonly app: string;
  readonly region: string;
}

export interface LaunchDeps<Deployed> extends ReadFolderDeps {
  readonly files: ReadFolderDeps["files"] & { listNames(folder: string): Promise<string[]> };
  readonly writeAll: (folder: string, files: readonly FileToWrite[]) => Promise<WrittenFiles>;
  readonly regions: RegionNames;
  /** Asks which of several programs is meant; undefined where nobody can answer. */
  readonly choose: (candidates: readonly Candidate[]) => Promise<string | undefined>;
  /** Shows the plan and asks; false ends the launch with nothing done. */
  readonly approve: (plan: LaunchPlan) => Promise<boolean>;
  readonly deployAfterLaunch: (launched: LaunchedApp) => Promise<Deployed>;
}

export interface LaunchResult<Deployed> {
  readonly app: string;
  readonly region: string;
  readonly template?: string;
  /** For people: what the project is made of. */
  readonly framework?: string;
  readonly dir: string;
  readonly plan: readonly PlanRow[];
  /** Whether the plan was carried out. */
  readonly applied: boolean;
  readonly files: readonly Pick<PlannedFile, "path" | "action" | "note">[];
  /** What the deploy answered; absent without one. */
  readonly deployed?: Deployed;
}

/**
 * Makes a folder deployable and deploys it: looks, plans, asks, writes all files or none, and hands over to the deploy. What was
 * written is taken back where the deploy fails.
 * @throws USAGE, APP_NAME_INVALID, REGION_UNKNOWN, TEMPLATE_NOT_FOUND, DOCKERFILE_NOT_FOUND, FILE_EXISTS, FILE_ACCESS,
 * DISK_FULL, CONFIG_SYNTAX, CONFIG_INVALID, CANCELLED; nothing is written then. What a deploy throws, too
 */
export async function launch<Deployed>(
  input: LaunchInput,
  deps: LaunchDeps<Deployed>,
): Promise<LaunchResult<Deployed>> {
  const { dir, source, folder } = await findProject(input, deps);
  const plan = planLaunch(input, source, folder, deps.regions);
  requireNoProblems(plan);
  const result = {
    app: plan.app.value,
    region: plan.region.value,
    ...(plan.template === undefined ? {} : { template: plan.template.value }),
    ...(plan.detection === undefined ? {} : { framework: plan.detection.framework.value }),
    dir,
    plan: planRows(plan),
    files: plan.files.map(withoutText),
  };
  if (input.planOnly === true) return { ...result, applied: false };
  if (!(await deps.approve(plan))) throw new AppError("CANCELLED", "Nothing was written");
  const writes = plan.files.flatMap(({ path: name, action, text }) =>
    text === undefined ? [] : [{ path: name, text, replace: action === "changed" }],
  );
  const written = writes.length === 0 ? undefined : await deps.writeAll(dir, writes);
  if (!input.deploy) return { ...result, applied: true };
  try {
    const deployed = await deps.deployAfterLaunch({ dir, app: result.app, region: result.region });
    return { ...result, applied: true, deployed };
  } catch (error) {
    await written?.takeBack();
    throw error;
  }
}

interface Project {
  readonly dir: string;
  readonly source: LaunchSource;
  readonly folder: ProjectFolder;
}

/** The folder to launch: the one given, or the one below it that was chosen. */
async function findProject(input: LaunchInput, deps: LaunchDeps<unknown>): Promise<Project> {
  const names = await deps.files.listNames(input.dir);
  const source = chooseSource(input, names, await defaultTemplate(deps));
  const read = await readFolder(input.dir, source, deps);
  if ("folder" in read) return { dir: input.dir, source, folder: read.folder };
  const chosen = await deps.choose(read.candidates);
  if (chosen !== undefined) return findProject({ ...input, dir: path.join(input.dir, chosen) }, deps);
  const list = read.candidates.map(({ path: name, framework }) => `${name} (${framework})`).join(", ");
  throw new AppError("USAGE", `The folder holds several programs; name one: ${list}`, {
    suggestions: read.candidates.map((candidate) => `hangar launch ${candidate.path}`),
    details: { candidates: read.candidates },
  });
}

function withoutText({ path: name, action, note }: PlannedFile): Pick<PlannedFile, "path" | "action" | "note"> {
  return { path: name, action, ...(note === undefined ? {} : { note }) };
}

async function defaultTemplate({ templates }: Pick<LaunchDeps<unknown>, "templates">): Promise<string> {
  const all = await templates.list();
  return all.find((template) => template.isDefault)?.name ?? "";
}

function requireNoProblems(plan: LaunchPlan): void {
  const [first] = plan.problems;
  if (first === undefined) return;
  throw new AppError(first.code, plan.problems.map((problem) => problem.message).join("\n"), {
    suggestions: plan.problems.flatMap((problem) => problem.suggestions),
    details: { problems: plan.problems },
  });
}
