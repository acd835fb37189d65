import { attachFlags } from "../../cli/flags/attach.ts";
import { Args } from "../../cli/oclif.ts";
import { copyFlags, SftpCommand } from "../../cli/sftp-command.ts";
import { getFiles } from "../../operations/attach/get-files.ts";

export default class SftpGet extends SftpCommand {
  static override summary = "Copy a file or folder out of a machine";
  static override description = [
    "Nothing is written beside the place that is named, whatever the machine sends. Folders are never replaced.",
    "Devices, and links that lead out of the folder, are left out.",
  ].join(" ");
  static override examples = [
    { description: "Into this folder", command: "<%= config.bin %> sftp get /data/app.db" },
    { description: "By another name", command: "<%= config.bin %> sftp get /data/app.db copy.db --force" },
    { description: "A folder, from Tokyo", command: "<%= config.bin %> sftp get -R /data backup --region nrt" },
    { description: "For scripts", command: "<%= config.bin %> sftp get /etc/hostname --json --yes" },
  ];
  static override args = {
    remote: Args.string({ description: "Path in the machine, from its root", required: true }),
    local: Args.string({ description: "Folder that is there, or the new name (default: this folder)", default: "." }),
  };
  static override flags = { ...attachFlags(), ...copyFlags() };

  async run(): Promise<Awaited<ReturnType<typeof getFiles>>> {
    const { args, flags } = await this.parse(SftpGet);
    return this.copy(flags, (files, deps) => getFiles({ ...args, recursive: flags.recursive }, files, deps));
  }
}
