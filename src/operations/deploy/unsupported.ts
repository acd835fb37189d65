// Pure: what a configuration asks for that a deploy to a planet does not do yet. Said, not passed over in silence.
import type { AppConfig } from "../../project/app-config.ts";

/** One sentence for each setting that has no effect, for people. */
export function unsupportedSettings(config: AppConfig): string[] {
  const { services, raw } = config;
  const settings: readonly (readonly [asked: boolean, text: string])[] = [
    [
      services.some(({ ports }) => ports.some(({ port }) => port !== 80 && port !== 443)),
      "services on other ports than 80 and 443 are not reachable from outside of the planet",
    ],
    [services.some(({ protocol }) => protocol === "udp"), "UDP services are not reachable from outside of the planet"],
    [raw["statics"] !== undefined, "[[statics]] is not there: the app gets these requests"],
    [raw["files"] !== undefined, "[[files]] is not there: machines start without them"],
  ];
  return settings.flatMap(([asked, text]) => (asked ? [text] : []));
}
