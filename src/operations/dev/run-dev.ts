// Deploys an app, and after each change of its files makes its machines run them, until it is told to stop.
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { DevEvent, Means } from "./dev-events.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { type FileChange, planChange, type Project, type SyncedFile } from "./plan-change.ts";
import type { DevProject } from "./read-project.ts";

export interface RunDevDeps {
  /** Reads what decides about changes: configuration, Dockerfile and .dockerignore as they are now. */
  readonly project: () => Promise<DevProject>;
  /** @param fresh machines get new files although their image is the same @throws what a deploy throws */
  readonly deploy: (fresh: boolean) => Promise<void>;
  /** @throws what syncMachines throws */
  readonly sync: (files: readonly SyncedFile[], signal: AbortSignal) => Promise<void>;
  /** Watches the project's files; what `project` says is left out is. */
  readonly watch: (project: DevProject, onChange: (change: FileChange) => void) => Promise<{ close(): Promise<void> }>;
  readonly emit: (event: DevEvent) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Changes that the machines do not run yet. */
interface Debt {
  /** Files to be put into machines, by path: an earlier attempt did not get through. */
  readonly files: Map<string, SyncedFile>;
  /** A deploy is due, because of this. */
  deploy: string | undefined;
  /** Machines have files that are not of their image. */
  synced: boolean;
}

/**
 * Goes on until the signal fires; what fails is told, and made good by a later change.
 * @throws what the first deploy throws, and the signal's reason
 */
export async function runDev(deps: RunDevDeps): Promise<never> {
  const { emit, clock, signal } = deps;
  const inbox = createInbox(clock);
  const debt: Debt = { files: new Map(), deploy: undefined, synced: false };
  let project = await deps.project();
  let watch = await deps.watch(project, inbox.add);
  try {
    await deps.deploy(false);
    emit({ event: "ready" });
    for (;;) {
      const { changes, sinceMs } = await inbox.take(signal);
      try {
        if (changes.some(({ path }) => project.configuration.has(path))) {
          // other files may be left out now
          project = await deps.project();
          await watch.close();
          watch = await deps.watch(project, inbox.add);
        }
        const how = await apply(changes, project, debt, inbox, deps);
        if (how !== undefined) emit({ event: "live", how, ms: Math.round(clock.monotonic() - sinceMs) });
      } catch (error) {
        signal.throwIfAborted();
        const { code, message } = asAppError(error);
        // a change that came meanwhile is dealt with next, together with this one
        if (error !== SUPERSEDED) emit({ event: "failed", code, error: message });
      }
    }
  } finally {
    await watch.close();
  }
}

/** Why a sync is no longer waited for. */
const SUPERSEDED = new AppError("CANCELLED", "Another change came");

async function apply(
  changes: readonly FileChange[],
  project: Project,
  debt: Debt,
  inbox: Inbox,
  { deploy, sync, emit, signal }: RunDevDeps,
): Promise<Means | undefined> {
  const plan = planChange(changes, project);
  if (plan.kind === "deploy") debt.deploy ??= plan.because;
  if (plan.kind === "sync") for (const file of plan.files) debt.files.set(file.path, file);
  // what was not asked for by a change is not begun again by one that means nothing
  if (plan.kind === "nothing") return undefined;
  const paths = plan.kind === "sync" ? plan.files.map(({ path }) => path) : plan.files;
  if (debt.deploy !== undefined) {
    emit({ event: "change", files: paths, how: "deploy", because: debt.deploy });
    await deploy(debt.synced);
    debt.deploy = undefined;
    debt.synced = false;
    debt.files.clear();
    return "deploy";
  }
  emit({ event: "change", files: paths, how: "sync" });
  debt.synced = true;
  const superseded = new AbortController();
  inbox.nextArrival().addEventListener("abort", () => superseded.abort(SUPERSEDED), { once: true });
  await sync([...debt.files.values()], AbortSignal.any([signal, superseded.signal]));
  debt.files.clear();
  return "sync";
}
