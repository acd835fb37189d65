import { AttachCommand } from "../../cli/attach-command.ts";
import { attachFlags } from "../../cli/flags/attach.ts";
import { Args } from "../../cli/oclif.ts";
import { renderFiles } from "../../cli/present/files.ts";
import type { FileStat } from "../../contract/sessions.ts";
import { listFiles } from "../../operations/attach/list-files.ts";

export default class SftpLs extends AttachCommand {
  static override summary = "List a folder of a machine";
  static override description = "Hidden files too. It takes a shell in the machine.";
  static override examples = [
    { description: "The root", command: "<%= config.bin %> sftp ls" },
    { description: "A folder, in Tokyo", command: "<%= config.bin %> sftp ls /data --region nrt" },
    { description: "For scripts", command: "<%= config.bin %> sftp ls /data --json | jq -r '.[].name'" },
  ];
  static override args = { path: Args.string({ description: "Path in the machine, from its root", default: "/" }) };
  static override flags = attachFlags();

  async run(): Promise<FileStat[]> {
    const { args, flags } = await this.parse(SftpLs);
    const { app, machine, streams, width } = await this.attachScopeOf(flags);
    const found = await listFiles({ app, machine: machine.id, sessions: streams }, args.path);
    this.print(renderFiles(found, width));
    return found;
  }
}
