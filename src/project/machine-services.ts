// Services and checks, as they go over the wire.
import type { CheckConfig, ServiceConfig } from "../contract/machine.ts";
import type { AppConfig, CheckSection, PortSection, ServiceSection } from "./app-config.ts";
import { formatDurationMs } from "./duration.ts";
import { belongsTo } from "./process-groups.ts";

/** What a health check of a service gets where the file says nothing. */
const CHECK_DEFAULTS = { intervalMs: 15_000, timeoutMs: 2_000, gracePeriodMs: 1_000 } as const;

/** A service of a machine. */
export function serviceOf(service: ServiceSection): ServiceConfig {
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

/** The checks of a process group; one without a port takes that of the group's HTTP service. */
export function checksOf(
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
