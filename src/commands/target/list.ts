import { machinesApiOf, tokenStoreOf } from "../../cli/auth-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { planetAccessDeps } from "../../cli/planet-context.ts";
import { renderTargets } from "../../cli/present/target.ts";
import { targetOf } from "../../cli/target-context.ts";
import { planetClient } from "../../operations/planet/planet-access.ts";
import type { TargetName } from "../../operations/target/target.ts";

export interface TargetRow {
  readonly name: TargetName;
  readonly current: boolean;
  readonly api: string;
  /** Whether commands can act there now: the planet is up, or somebody is signed in. */
  readonly ready: boolean;
}

export default class TargetList extends BaseCommand {
  static override summary = "List the places where commands can act";
  static override examples = [
    { description: "All, with the current one marked", command: "<%= config.bin %> target list" },
    { description: "For scripts", command: "<%= config.bin %> target list --json" },
  ];

  async run(): Promise<TargetRow[]> {
    const { flags } = await this.parse(TargetList);
    const context = this.contextFor(flags);
    const current = (await targetOf(context, undefined)).name;
    const [{ client, controlPort }, token] = await Promise.all([
      planetAccessDeps(context).then(planetClient),
      tokenStoreOf(context).then((store) => store.read()),
    ]);
    const isUp = await client.planet().then(
      () => true,
      () => false,
    );
    const rows: TargetRow[] = [
      { name: "local", current: current === "local", api: `http://127.0.0.1:${controlPort}`, ready: isUp },
      { name: "fly", current: current === "fly", api: machinesApiOf(context.env), ready: token !== undefined },
    ];
    this.print(renderTargets(rows, { width: context.terminal.columns }));
    return rows;
  }
}
