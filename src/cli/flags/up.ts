// The flags of `up`, and what they mean to the operation.
import { parseServicePorts } from "../../operations/planet/service-ports.ts";
import type { UpInput } from "../../operations/planet/up.ts";
import { Flags } from "../oclif.ts";
import { regionsOrAllFlag } from "./region.ts";
import { timeMs } from "./time.ts";

export const upFlags = {
  regions: regionsOrAllFlag({ char: "r", summary: "Regions to activate, or all" }),
  "http-port": Flags.integer({ summary: "Port of the edge on 127.0.0.1 (default: 8080)", min: 1, max: 65_535 }),
  "https-port": Flags.integer({
    summary: "Port of the edge with TLS on 127.0.0.1 (default: 8443, or as far from --http-port as that from 8080)",
    min: 1,
    max: 65_535,
  }),
  "service-ports": Flags.string({
    summary: "Ports on 127.0.0.1 for services that are not HTTP, such as 5432,9000-9007 (default: none, or as before)",
  }),
  "control-port": Flags.integer({
    summary: "Port of the Machines API on 127.0.0.1 (default: 4280)",
    min: 1,
    max: 65_535,
  }),
  "autostop-period": Flags.string({
    summary: "How often idle machines are looked for, such as 30s (default: 5m, or as before)",
    helpValue: "TIME",
  }),
  "cpu-throttling": Flags.boolean({
    summary: "Hold shared vCPUs to a sixteenth when their balance for bursts is used up (default: yes, or as before)",
    allowNo: true,
  }),
};

interface UpFlags {
  readonly regions?: string[] | undefined;
  readonly "http-port"?: number | undefined;
  readonly "https-port"?: number | undefined;
  readonly "control-port"?: number | undefined;
  readonly "service-ports"?: string | undefined;
  readonly "autostop-period"?: string | undefined;
  readonly "cpu-throttling"?: boolean | undefined;
}

/** @throws USAGE */
export function upInputOf(flags: UpFlags): Omit<UpInput, "version"> {
  const services = flags["service-ports"];
  const ports = {
    ...(services === undefined ? {} : { services: parseServicePorts(services) }),
    ...(flags["http-port"] === undefined ? {} : { http: flags["http-port"] }),
    ...(flags["https-port"] === undefined ? {} : { https: flags["https-port"] }),
    ...(flags["control-port"] === undefined ? {} : { control: flags["control-port"] }),
  };
  const autostopPeriodMs = timeMs(flags["autostop-period"], "autostop-period");
  const behaviour = {
    ...(autostopPeriodMs === undefined ? {} : { autostopPeriodMs }),
    ...(flags["cpu-throttling"] === undefined ? {} : { cpuThrottling: flags["cpu-throttling"] }),
  };
  return { regions: flags.regions ?? [], ports, behaviour };
}
