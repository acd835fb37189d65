import { BaseCommand } from "../../cli/base-command.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { renderTrust, renderTrustQuestion } from "../../cli/present/trust.ts";
import { trustDeps } from "../../cli/trust-context.ts";
import { AppError } from "../../errors/app-error.ts";
import { prepareTrust, trust, type TrustResult } from "../../operations/certs/trust.ts";

export default class CertsTrust extends BaseCommand {
  static override summary = "Make this machine's programs and browsers accept the planets' certificates";
  static override description =
    "All planets of a user have one certificate authority, so doing this once is enough. It goes into the system's store and into those of Firefox and Chromium; what would be run is shown before. The authority's key stays in the state folder, readable by you alone. Undone by certs untrust.";
  static override examples = [
    { description: "Ask first", command: "<%= config.bin %> certs trust" },
    { description: "In a script", command: "<%= config.bin %> certs trust --yes --json" },
  ];
  static override flags = { yes: yesFlag() };

  async run(): Promise<TrustResult> {
    const { flags } = await this.parse(CertsTrust);
    const context = this.contextFor(flags);
    const deps = await trustDeps(context);
    const preparation = await prepareTrust(deps);
    if (
      preparation.stores.length > 0 &&
      !(await this.confirm(context, renderTrustQuestion("trust", preparation), flags))
    )
      throw new AppError("CANCELLED", "Nothing was changed");
    const result = await trust(preparation, deps);
    this.print(renderTrust(result, "trust"));
    return result;
  }
}
