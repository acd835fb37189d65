import { BaseCommand } from "../../cli/base-command.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { renderTrust, renderTrustQuestion } from "../../cli/present/trust.ts";
import { trustDeps } from "../../cli/trust-context.ts";
import { AppError } from "../../errors/app-error.ts";
import { prepareTrust, untrust, type TrustResult } from "../../operations/certs/trust.ts";

export default class CertsUntrust extends BaseCommand {
  static override summary = "Take the planets' certificate authority out of the stores again";
  static override description =
    "Removes what certs trust put into the system's store and the browsers'. Planets go on as before; their certificates are then unknown here.";
  static override examples = [
    { description: "Ask first", command: "<%= config.bin %> certs untrust" },
    { description: "In a script", command: "<%= config.bin %> certs untrust --yes --json" },
  ];
  static override flags = { yes: yesFlag() };

  async run(): Promise<TrustResult> {
    const { flags } = await this.parse(CertsUntrust);
    const context = this.contextFor(flags);
    const deps = await trustDeps(context);
    const preparation = await prepareTrust(deps);
    if (
      preparation.stores.length > 0 &&
      !(await this.confirm(context, renderTrustQuestion("untrust", preparation), flags))
    )
      throw new AppError("CANCELLED", "Nothing was changed");
    const result = await untrust(preparation, deps);
    this.print(renderTrust(result, "untrust"));
    return result;
  }
}
