import { BaseCommand } from "../cli/base-command.ts";
import { examineDeps } from "../cli/doctor-context.ts";
import { setExitStatus } from "../cli/exit-status.ts";
import { createPainter } from "../cli/output/color.ts";
import { renderFindings } from "../cli/present/doctor.ts";
import { examine, failureOf } from "../operations/doctor/examine.ts";
import type { Finding } from "../operations/doctor/finding.ts";

export default class Doctor extends BaseCommand {
  static override summary = "Check whether this machine can run a planet";
  static override description =
    "Looks at Node.js, the Docker engine, its builder, TUN, ports, disk, clock and the planet, and says what to do. Exits with 69 when something has to be mended first.";
  static override examples = [
    { description: "Check everything", command: "<%= config.bin %> doctor" },
    {
      description: "What keeps it from working",
      command: "<%= config.bin %> doctor --json | jq '.[] | select(.status == \"fail\")'",
    },
  ];

  async run(): Promise<Omit<Finding, "code">[]> {
    const { flags } = await this.parse(Doctor);
    const context = this.contextFor(flags);
    const findings = await examine(await examineDeps(context));
    this.print(renderFindings(findings, createPainter(context.terminal.stdoutColor)));
    const failure = failureOf(findings);
    if (failure !== undefined) {
      // The findings stay the value under --json; for people the first failure is the last word.
      if (!this.jsonEnabled()) throw failure;
      setExitStatus(failure.oclif.exit);
    }
    return findings.map(({ name, status, found, remedy }) => ({
      name,
      status,
      found,
      ...(remedy === undefined ? {} : { remedy }),
    }));
  }
}
