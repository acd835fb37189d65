// Pure: what a configuration asks for that a deploy to a planet does not do yet. Said, not passed over in silence.
import type { AppConfig } from "../../project/app-config.ts";

/** One sentence for each setting that has no effect, for people. */
export function unsupportedSettings(config: AppConfig): string[] {
  const { deploy, services, statics, files, build, machineChecks } = config;
  const settings: readonly (readonly [asked: boolean, text: string])[] = [
    [
      services.some(({ ports }) => ports.some(({ port }) => port !== 80 && port !== 443)),
      "services on other ports than 80 and 443 are not reachable from outside of the planet",
    ],
    [services.some(({ protocol }) => protocol === "udp"), "UDP services are not reachable from outside of the planet"],
    [
      statics.some(({ tigrisBucket }) => tigrisBucket !== undefined),
      "[[statics]] out of a bucket are not there: the app gets these requests",
    ],
    [deploy.seedCommand !== undefined, "[deploy] seed_command is not run"],
    [
      [machineChecks, ...services.map((service) => service.machineChecks)].some((checks) => checks.length > 0),
      "[[machine_checks]] are not run",
    ],
    [
      build.compose !== undefined,
      "[build.compose] is not there: machines run one container, with the image of the app",
    ],
    [files.length > 0, "[[files]] is not there: machines start without them"],
  ];
  return settings.flatMap(([asked, text]) => (asked ? [text] : []));
}
