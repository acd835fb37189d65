import { attachFlags } from "../../cli/flags/attach.ts";
import { Args } from "../../cli/oclif.ts";
import { copyFlags, SftpCommand } from "../../cli/sftp-command.ts";
import type { Copied } from "../../operations/attach/copy-options.ts";
import { putFiles } from "../../operations/attach/put-files.ts";

export default class SftpPut extends SftpCommand {
  static override summary = "Copy a file or folder into a machine";
  static override description = [
    "It belongs to root there. A folder that is there keeps what else is in it. Outside volumes, it is gone when the machine",
    "is updated.",
  ].join(" ");
  static override examples = [
    { description: "Into the machine's root", command: "<%= config.bin %> sftp put seed.sql" },
    { description: "Into a folder, or by a name", command: "<%= config.bin %> sftp put seed.sql /data/first.sql" },
    { description: "A folder", command: "<%= config.bin %> sftp put -R public /srv --machine 148e21ea7d3389" },
    { description: "For scripts", command: "<%= config.bin %> sftp put seed.sql /data --force --json" },
  ];
  static override args = {
    local: Args.string({ description: "File or folder of this machine", required: true }),
    remote: Args.string({ description: "Folder in the machine, or the new name (default: its root)", default: "/" }),
  };
  static override flags = { ...attachFlags(), ...copyFlags() };

  async run(): Promise<Copied> {
    const { args, flags } = await this.parse(SftpPut);
    return this.copy(flags, (files, deps) => putFiles({ ...args, recursive: flags.recursive }, files, deps));
  }
}
