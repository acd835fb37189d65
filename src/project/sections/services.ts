import type { ConcurrencySection, PortSection, ServiceSection } from "../app-config.ts";
import { flagAt, isTable, numberAt, type Table, tableAt, tablesAt, textAt, textsAt } from "../values.ts";
import { machineChecks, serviceCheck } from "./checks.ts";

/** The platform's documentation names it as the default and recommends it. */
export const DEFAULT_INTERNAL_PORT = 8_080;

/** `[http_service]` and all `[[services]]`, in this order. Those that forms left empty are left out. */
export function services(root: Table): ServiceSection[] {
  const http = tableAt(root, "http_service");
  return [
    ...(http === undefined || isEmptyHttpService(http) ? [] : [httpService(http)]),
    ...tablesAt(root, "services")
      .filter((section) => !isEmptyService(section))
      .map(service),
  ];
}

/** Whether an `[http_service]` says nothing. */
export function isEmptyHttpService(section: Table): boolean {
  return Object.keys(section).length === 0;
}

/** Whether a service says neither what it listens on nor where it is reached; forms leave `internal_port = 0` behind. */
export function isEmptyService(section: Table): boolean {
  return (
    !hasInternalPort(section) &&
    tablesAt(section, "ports").every(({ port, start_port: startPort }) => port === undefined && startPort === undefined)
  );
}

/** Whether a service says which port the program listens on. */
export function hasInternalPort(section: Table): boolean {
  return (numberAt(section, "internal_port") ?? 0) !== 0;
}

function httpService(section: Table): ServiceSection {
  const tlsOptions = tableAt(section, "tls_options");
  const httpOptions = tableAt(section, "http_options");
  return {
    origin: "http_service",
    protocol: "tcp",
    ports: [
      { port: 80, handlers: ["http"], forceHttps: flagAt(section, "force_https"), httpOptions },
      { port: 443, handlers: ["http", "tls"], httpOptions, tlsOptions },
    ],
    checks: tablesAt(section, "checks").map((check) => serviceCheck(check, "http")),
    ...rest(section),
  };
}

function service(section: Table): ServiceSection {
  return {
    origin: "services",
    protocol: textAt(section, "protocol") === "udp" ? "udp" : "tcp",
    ports: tablesAt(section, "ports").map(publicPort),
    checks: [
      ...tablesAt(section, "tcp_checks").map((check) => serviceCheck(check, "tcp")),
      ...tablesAt(section, "http_checks").map((check) => serviceCheck(check, "http")),
    ],
    ...rest(section),
  };
}

function rest(section: Table): Omit<ServiceSection, "origin" | "protocol" | "ports" | "checks"> {
  return {
    internalPort: hasInternalPort(section)
      ? (numberAt(section, "internal_port") ?? DEFAULT_INTERNAL_PORT)
      : DEFAULT_INTERNAL_PORT,
    autostop: autostop(section["auto_stop_machines"]),
    autostart: flagAt(section, "auto_start_machines"),
    minMachinesRunning: numberAt(section, "min_machines_running"),
    concurrency: concurrency(section["concurrency"]),
    machineChecks: machineChecks(section),
    processes: textsAt(section, "processes") ?? [],
  };
}

function autostop(value: unknown): ServiceSection["autostop"] {
  return typeof value === "boolean" || value === "off" || value === "stop" || value === "suspend" ? value : undefined;
}

function concurrency(value: unknown): ConcurrencySection | undefined {
  if (typeof value === "string") {
    const [soft, hard] = value.split(",");
    return { type: "requests", softLimit: Number(soft), hardLimit: Number(hard) };
  }
  if (!isTable(value)) return undefined;
  return {
    type: textAt(value, "type"),
    softLimit: numberAt(value, "soft_limit"),
    hardLimit: numberAt(value, "hard_limit"),
  };
}

function publicPort(section: Table): PortSection {
  return {
    port: numberAt(section, "port"),
    startPort: numberAt(section, "start_port"),
    endPort: numberAt(section, "end_port"),
    handlers: textsAt(section, "handlers") ?? [],
    forceHttps: flagAt(section, "force_https"),
    tlsOptions: tableAt(section, "tls_options"),
    httpOptions: tableAt(section, "http_options"),
    proxyProtoOptions: tableAt(section, "proxy_proto_options"),
  };
}
