import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { LoadAppConfigDeps, LoadAppConfigInput } from "./load-app-config.ts";
import type { LoadMachineInputsDeps } from "./load-machine-inputs.ts";
import { showMachines } from "./show-config.ts";

/** The variables that the machines of a process group start with. */
export interface GroupEnv {
  readonly group: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What the file gives each group. @throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_INVALID, CONFIG_GROUP_UNKNOWN */
export async function envOfFile(
  input: LoadAppConfigInput & { readonly group?: string | undefined },
  deps: LoadAppConfigDeps & LoadMachineInputsDeps,
): Promise<GroupEnv[]> {
  const machines = await showMachines(input, deps);
  return Object.entries(machines).map(([group, { env = {} }]) => ({ group, env }));
}

/** What the machines of a running app have. @throws APP_NOT_FOUND, MACHINE_NOT_FOUND */
export async function envOfApp(
  app: string,
  group: string | undefined,
  machines: { list(name: string): Promise<readonly Machine[]> },
): Promise<GroupEnv[]> {
  const byGroup = new Map<string, GroupEnv>();
  for (const { config } of await machines.list(app)) {
    const name = config.metadata?.["fly_process_group"] ?? "app";
    if (!byGroup.has(name) && (group === undefined || group === name))
      byGroup.set(name, { group: name, env: config.env ?? {} });
  }
  if (byGroup.size > 0) return [...byGroup.values()];
  throw new AppError(
    "MACHINE_NOT_FOUND",
    `App "${app}" has no machines${group === undefined ? "" : ` in "${group}"`}`,
    {
      suggestions: ["hangar deploy"],
    },
  );
}
