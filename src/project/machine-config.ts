import type { CheckConfig, MachineConfig, ServiceConfig } from "../contract/machine.ts";
import type { AppConfig, CheckSection, PortSection, ServiceSection } from "./app-config.ts";
import { formatDurationMs } from "./duration.ts";
import { guestFor, guestOf } from "./guest.ts";
import { belongsTo } from "./process-groups.ts";
import { splitShellWords } from "./shell-words.ts";

/** What a health check of a service gets where the file says nothing. */
const CHECK_DEFAULTS = { intervalMs: 15_000, timeoutMs: 2_000, gracePeriodMs: 1_000 } as const;

/**
 * The configuration of the machines of one process group, as it goes over the wire.
 * @param image the image that was built or named
 */
export function toMachineConfig(config: AppConfig, group: string, image: string): MachineConfig {
  const services = config.services.filter((service) => belongsTo(service, group, config));
  const checks = checksOf(config, group, services);
  const restart = restartOf(config, group);
  const stop = stopConfigOf(config);
  return {
    image,
    env: envOf(config, group),
    metadata: { fly_process_group: group, fly_platform_version: "v2" },
    guest: { ...(guestFor(config, group) ?? guestOf({ processes: [] })) },
    init: initOf(config, group),
    services: services.map(serviceOf),
    ...(checks === undefined ? {} : { checks }),
    ...(restart === undefined ? {} : { restart }),
    ...(stop === undefined ? {} : { stop_config: stop }),
  };
}

function envOf(config: AppConfig, group: string): Record<string, string> {
  const primary: Record<string, string> =
    config.primaryRegion === undefined ? {} : { PRIMARY_REGION: config.primaryRegion };
  return { ...config.env, ...primary, FLY_PROCESS_GROUP: group };
}

function initOf(config: AppConfig, group: string): NonNullable<MachineConfig["init"]> {
  const command = config.processes[group];
  const words = command === undefined || command === "" ? undefined : splitShellWords(command);
  const cmd = words ?? config.init.cmd;
  return {
    ...(cmd === undefined ? {} : { cmd: [...cmd] }),
    ...(config.init.entrypoint === undefined ? {} : { entrypoint: [...config.init.entrypoint] }),
    ...(config.init.exec === undefined ? {} : { exec: [...config.init.exec] }),
    ...(config.swapSizeMb === undefined ? {} : { swap_size_mb: config.swapSizeMb }),
  };
}

function stopConfigOf(config: AppConfig): MachineConfig["stop_config"] {
  if (config.killSignal === undefined && config.killTimeoutMs === undefined) return undefined;
  return {
    ...(config.killSignal === undefined ? {} : { signal: config.killSignal }),
    ...(config.killTimeoutMs === undefined ? {} : { timeout: formatDurationMs(config.killTimeoutMs) }),
  };
}

function restartOf(config: AppConfig, group: string): MachineConfig["restart"] {
  const section = config.restart.findLast((candidate) => belongsTo(candidate, group, config));
  if (section === undefined) return undefined;
  const policy = section.policy === "never" ? "no" : section.policy;
  return { policy, ...(section.maxRetries === undefined ? {} : { max_retries: section.maxRetries }) };
}

function serviceOf(service: ServiceSection): ServiceConfig {
  const { concurrency } = service;
  return {
    protocol: service.protocol,
    internal_port: service.internalPort,
    // The wire has no "off" and "stop" of its own: it says false and true.
    ...(service.autostop === undefined
      ? {}
      : {
          autostop:
            service.autostop === "suspend" ? "suspend" : service.autostop === true || service.autostop === "stop",
        }),
    // A file that says nothing means yes; the API itself would take nothing for no.
    autostart: service.autostart ?? true,
    ...(service.minMachinesRunning === undefined ? {} : { min_machines_running: service.minMachinesRunning }),
    ports: service.ports.map(portOf),
    ...(concurrency === undefined
      ? {}
      : {
          concurrency: {
            ...(concurrency.type === undefined ? {} : { type: concurrency.type }),
            ...(concurrency.softLimit === undefined ? {} : { soft_limit: concurrency.softLimit }),
            ...(concurrency.hardLimit === undefined ? {} : { hard_limit: concurrency.hardLimit }),
          },
        }),
    ...(service.checks.length === 0 ? {} : { checks: service.checks.map((check) => checkOf(withDefaults(check))) }),
  };
}

function portOf(port: PortSection): NonNullable<ServiceConfig["ports"]>[number] {
  return {
    ...(port.port === undefined ? {} : { port: port.port }),
    ...(port.startPort === undefined ? {} : { start_port: port.startPort }),
    ...(port.endPort === undefined ? {} : { end_port: port.endPort }),
    ...(port.handlers.length === 0 ? {} : { handlers: [...port.handlers] }),
    ...(port.forceHttps === undefined ? {} : { force_https: port.forceHttps }),
    ...(port.tlsOptions === undefined ? {} : { tls_options: port.tlsOptions }),
    ...(port.httpOptions === undefined ? {} : { http_options: port.httpOptions }),
    ...(port.proxyProtoOptions === undefined ? {} : { proxy_proto_options: port.proxyProtoOptions }),
  };
}

function checksOf(
  config: AppConfig,
  group: string,
  services: readonly ServiceSection[],
): Record<string, CheckConfig> | undefined {
  const ofGroup = Object.entries(config.checks).filter(([, check]) => belongsTo(check, group, config));
  if (ofGroup.length === 0) return undefined;
  const httpPort = services.find((service) => service.origin === "http_service")?.internalPort;
  return Object.fromEntries(
    ofGroup.map(([name, check]) => [name, checkOf({ ...check, port: check.port ?? httpPort })]),
  );
}

function checkOf(check: CheckSection): CheckConfig {
  const http = check.type === "http";
  return {
    type: check.type,
    ...(check.port === undefined ? {} : { port: check.port }),
    ...(check.intervalMs === undefined ? {} : { interval: formatDurationMs(check.intervalMs) }),
    ...(check.timeoutMs === undefined ? {} : { timeout: formatDurationMs(check.timeoutMs) }),
    ...(check.gracePeriodMs === undefined ? {} : { grace_period: formatDurationMs(check.gracePeriodMs) }),
    ...(http ? { method: check.method ?? "GET", path: check.path ?? "/" } : {}),
    ...(check.protocol === undefined ? {} : { protocol: check.protocol }),
    ...(check.tlsSkipVerify === undefined ? {} : { tls_skip_verify: check.tlsSkipVerify }),
    ...(check.tlsServerName === undefined ? {} : { tls_server_name: check.tlsServerName }),
    ...(check.headers.length === 0
      ? {}
      : { headers: check.headers.map(({ name, value }) => ({ name, values: [value] })) }),
  };
}

function withDefaults(check: CheckSection): CheckSection {
  return {
    ...check,
    intervalMs: check.intervalMs ?? CHECK_DEFAULTS.intervalMs,
    timeoutMs: check.timeoutMs ?? CHECK_DEFAULTS.timeoutMs,
    gracePeriodMs: check.gracePeriodMs ?? CHECK_DEFAULTS.gracePeriodMs,
  };
}
