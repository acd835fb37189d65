// Writes down what a running app is: the sections of the file that say something else are replaced, all others stay.
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { describeMachines, type LiveMachine } from "../../project/from-machines.ts";
import { toMachineConfig } from "../../project/machine-config.ts";
import { parseAppConfig } from "../../project/parse-app-config.ts";
import { processGroups } from "../../project/process-groups.ts";
import { renderDiff, rewriteConfig } from "../../project/rewrite.ts";
import { emptyTable, type Table } from "../../project/values.ts";
import { CONFIG_FILE_NAME, findAppConfig, type FoundAppConfig, type LoadAppConfigDeps } from "./load-app-config.ts";

export interface SavePlan {
  /** Absolute path of the file. */
  readonly file: string;
  readonly text: string;
  /** What changes, as `diff -u` shows it; empty where nothing does. */
  readonly diff: string;
}

export interface SaveInput {
  readonly app: string;
  readonly machines: readonly Machine[];
  /** Absolute path of the file. */
  readonly file: string;
  /** What it says now; undefined where it is not there yet. */
  readonly text: string | undefined;
}

/** Sections of a file, and the parts of a machine's configuration that they become. */
const SECTIONS: readonly (readonly [keys: readonly string[], part: string])[] = [
  [["env", "primary_region"], "env"],
  [["processes"], "init"],
  [["http_service", "services"], "services"],
  [["checks"], "checks"],
  [["vm"], "guest"],
  [["mounts"], "mounts"],
  [["metrics"], "metrics"],
  [["files"], "files"],
  [["statics"], "statics"],
  [["restart"], "restart"],
  [["kill_signal", "kill_timeout"], "stop_config"],
];

/**
 * Plans what is written: nothing is changed yet.
 * @throws MACHINE_NOT_FOUND, CONFIG_INVALID
 */
export function planSave({ app, machines, file, text }: SaveInput): SavePlan {
  const live = machines.flatMap((machine): LiveMachine[] =>
    machine.state === "destroyed" || machine.state === "destroying"
      ? []
      : [
          {
            group: machine.config.metadata?.["fly_process_group"] ?? "app",
            region: machine.region,
            config: machine.config,
          },
        ],
  );
  if (live.length === 0) {
    throw new AppError("MACHINE_NOT_FOUND", `App "${app}" has no machines whose configuration could be saved`, {
      suggestions: ["hangar deploy"],
    });
  }
  const name = path.basename(file);
  const before = text ?? "";
  const { config, problems } = parseAppConfig(before, name);
  if (config === undefined) {
    throw new AppError(
      "CONFIG_INVALID",
      `${name} has ${problems.length} problems; what is right in it cannot be kept`,
      {
        suggestions: ["hangar config validate"],
        details: { problems },
      },
    );
  }
  const described = describeMachines(live);
  const changes = emptyTable();
  if (config.app !== app) changes["app"] = app;
  const groups = new Map(live.map(({ group, config: machine }) => [group, machine]));
  const own = processGroups(config);
  for (const [keys, part] of SECTIONS) {
    const same = [...groups].every(([group, machine]) =>
      isSame(own.includes(group) ? toMachineConfig(config, group, machine.image)[part] : undefined, machine[part]),
    );
    if (!same) for (const key of keys) changes[key] = described[key];
  }
  const counts = described["hangar"] as Table;
  if (config.regionCounts !== undefined && !isSame(config.raw["hangar"], counts)) changes["hangar"] = counts;
  const after = rewriteConfig(before, name, config.raw, changes);
  return { file, text: after, diff: renderDiff(name, before, after) };
}

/** Whether two values are the same on the wire; an empty part is as good as none. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(onWire(a), onWire(b));
}

function onWire(value: unknown): unknown {
  const plain: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  const isEmpty = typeof plain === "object" && plain !== null && Object.keys(plain).length === 0;
  return isEmpty ? undefined : plain;
}

export interface SavedConfig {
  readonly app: string;
  readonly file: string;
  readonly diff: string;
  readonly written: boolean;
}

export interface SaveConfigDeps {
  readonly files: LoadAppConfigDeps["files"] & { writeAtomic(file: string, content: string): Promise<void> };
  readonly machines: { list(app: string): Promise<readonly Machine[]> };
  /** Shows what changes and asks. */
  readonly approve: (plan: SavePlan) => Promise<boolean>;
}

/**
 * Saves what the machines of an app are into its configuration file, which is made where there is none.
 * @throws APP_NOT_FOUND, MACHINE_NOT_FOUND, CONFIG_INVALID, DISK_FULL
 */
export async function saveConfig(
  input: { readonly app: string; readonly dir: string; readonly configPath?: string | undefined },
  deps: SaveConfigDeps,
): Promise<SavedConfig> {
  const { app } = input;
  const machines = await deps.machines.list(app);
  const found = await findIfThere(input, deps);
  const named = input.configPath === undefined ? CONFIG_FILE_NAME : input.configPath;
  const file = found?.file ?? path.resolve(input.dir, named);
  const plan = planSave({ app, machines, file, text: found?.texts[0]?.text });
  const written = plan.diff !== "" && (await deps.approve(plan));
  if (written) await deps.files.writeAtomic(plan.file, plan.text);
  return { app, file: plan.file, diff: plan.diff, written };
}

async function findIfThere(
  input: { readonly dir: string; readonly configPath?: string | undefined },
  deps: SaveConfigDeps,
): Promise<FoundAppConfig | undefined> {
  try {
    return await findAppConfig(input, deps);
  } catch (error) {
    if (error instanceof AppError && error.code === "CONFIG_NOT_FOUND") return undefined;
    throw error;
  }
}
