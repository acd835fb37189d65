import { ApiCommand } from "../cli/api-command.ts";
import { quietInterruption } from "../cli/exit-status.ts";
import { appFlags } from "../cli/flags/app.ts";
import { proxyFlags } from "../cli/flags/proxy.ts";
import { stdinClosed } from "../cli/input/stdin-closed.ts";
import { Args } from "../cli/oclif.ts";
import { proxyFailure, renderProxyFailure, renderProxyReady } from "../cli/present/proxy.ts";
import { selectMachine } from "../operations/machine/select-machines.ts";
import { hostOf, parsePorts } from "../operations/proxy/parse-places.ts";
import { runProxy } from "../operations/proxy/run-proxy.ts";
import { AppError } from "../errors/app-error.ts";
import { listenForStreams } from "../platform/stream-listener.ts";

export default class Proxy extends ApiCommand {
  static override summary = "Pass a local port on to a program in the app's private network";
  static override description = [
    "Until Ctrl-C. The host is looked up by the planet's DNS for each connection; without one it is the app's own name. The",
    "connections come from the planet's home region, with its distance to the machine. Private addresses are IPv6: the program",
    "has to listen on [::]. With --json, one JSON object is printed per line: first where to connect, then what failed.",
  ].join(" ");
  static override examples = [
    { description: "The same port on both ends", command: "<%= config.bin %> proxy 5432 --app my-db" },
    { description: "A machine in Tokyo", command: "<%= config.bin %> proxy 15432:5432 nrt.my-db.internal" },
    { description: "One machine, by its ID", command: "<%= config.bin %> proxy 8080:80 148ed599c14189" },
    { description: "Any local port that is free", command: "<%= config.bin %> proxy 0:5432" },
    { description: "A socket file", command: "<%= config.bin %> proxy ./pg.sock:5432" },
    { description: "For scripts", command: "<%= config.bin %> proxy 0:5432 --json --watch-stdin" },
  ];
  static override args = {
    ports: Args.string({ description: "PORT, LOCAL:REMOTE or FILE:REMOTE", required: true }),
    host: Args.string({ description: "APP.internal, REGION.APP.internal, APP.flycast, a machine's ID or an address" }),
  };
  static override flags = { ...appFlags(), ...proxyFlags() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Proxy);
    if (flags.select && args.host !== undefined)
      throw new AppError("USAGE", "--select chooses the host, so none can be named beside it");
    const scope = await this.appScopeOf(flags);
    const [{ app, context }, json] = [scope, this.jsonEnabled()];
    const { cwd: dir, terminal } = context;
    const places = parsePorts(args.ports, { address: flags["bind-addr"], dir });
    const tunnels = await scope.tunnels();
    const machine = flags.select ? (await selectMachine({ app, word: undefined }, scope)).id : undefined;
    await runProxy(
      { app, host: hostOf(app, args.host, machine), ...places },
      {
        tunnels,
        listen: listenForStreams,
        signal: this.signal,
        ...(flags["watch-stdin"] ? { until: stdinClosed(this.signal) } : {}),
        onReady: (ready) => {
          if (json) terminal.writeOut(`${JSON.stringify(ready)}\n`);
          else if (!flags.quiet) this.print(renderProxyReady(ready));
        },
        onFailure: (failure) => {
          if (json) terminal.writeOut(`${JSON.stringify(proxyFailure(failure))}\n`);
          else terminal.writeError(`${renderProxyFailure(failure)}\n`);
        },
      },
    );
  }

  /** The events were printed as they came; there is no value at the end. */
  override logJson(): void {}

  /** Ctrl-C is how it ends. */
  protected override async catch(thrown: Error): Promise<unknown> {
    return super.catch(thrown).catch((error: unknown) => {
      throw quietInterruption(error);
    });
  }
}
