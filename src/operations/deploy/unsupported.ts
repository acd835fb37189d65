// Pure: what a configuration asks for that a deploy to a planet does not do yet. Said, not passed over in silence.
import type { AppConfig } from "../../project/app-config.ts";
import type { Strategy } from "./plan/plan-types.ts";

/** One sentence for each setting that has no effect, for people. */
export function unsupportedSettings(config: AppConfig, strategy: Strategy): string[] {
  const { services, statics, build, machineChecks } = config;
  const settings: readonly (readonly [asked: boolean, text: string])[] = [
    [
      services.some(
        ({ protocol, ports }) => protocol === "udp" || ports.some(({ port }) => port !== 80 && port !== 443),
      ),
      "services over UDP or on other ports than 80 and 443 are reached from this machine only where `hangar up --service-ports` leaves them one; `hangar status` shows it",
    ],
    [
      statics.some(({ tigrisBucket }) => tigrisBucket !== undefined),
      "[[statics]] out of a bucket are not there: the app gets these requests",
    ],
    [
      [machineChecks, ...services.map((service) => service.machineChecks)].some((checks) => checks.length > 0) &&
        (strategy === "bluegreen" || strategy === "immediate"),
      `[[machine_checks]] are run by rolling and canary deploys, and not by ${strategy} ones`,
    ],
    [
      build.compose !== undefined,
      "[build.compose] is not there: machines run one container, with the image of the app",
    ],
  ];
  return settings.flatMap(([asked, text]) => (asked ? [text] : []));
}
