import { ApiCommand } from "../cli/api-command.ts";
import { appFlag } from "../cli/flags/app.ts";
import { regionFlag } from "../cli/flags/region.ts";
import { Args, Flags } from "../cli/oclif.ts";
import { planetOnly } from "../cli/target-context.ts";
import { presentableUrl } from "../operations/apps/presentable-url.ts";

export default class Open extends ApiCommand {
  static override summary = "Open an app in the browser";
  static override description =
    "Prints the URL too. Where there is no browser, or with --print or --json, it only does that. On Fly.io, users enter where they are: there is no --region.";
  static override examples = [
    { description: "The app of this folder", command: "<%= config.bin %> open" },
    { description: "A page of it, as users near Sydney get it", command: "<%= config.bin %> open /admin --region syd" },
    { description: "On Fly.io", command: "<%= config.bin %> open --target fly" },
    { description: "Only the URL", command: "<%= config.bin %> open --app my-app --print" },
    { description: "For scripts", command: "<%= config.bin %> open --app my-app --json" },
  ];
  static override args = { path: Args.string({ description: "Path to open, with its query", default: "/" }) };
  static override flags = {
    app: appFlag(),
    region: regionFlag({ summary: "Enter by the edge of this region" }),
    print: Flags.boolean({ summary: "Only print the URL", default: false }),
  };

  async run(): Promise<{ url: string; opened: boolean }> {
    const { args, flags } = await this.parse(Open);
    const { app, client, context, target, urlOf } = await this.appScopeOf(flags);
    if (flags.region !== undefined && target.name === "fly") planetOnly();
    const input = { app, path: args.path, region: flags.region };
    const url = await presentableUrl(input, { machines: client.machines, url: urlOf(app) });
    this.print(url);
    if (flags.print || this.jsonEnabled()) return { url, opened: false };
    const { hasBrowser, openInBrowser } = await import("../platform/browser.ts");
    return { url, opened: hasBrowser(context.env, context.platform) && (await openInBrowser(url)) };
  }
}
