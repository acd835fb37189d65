import type { CheckSection, ConcurrencySection, PortSection, ServiceSection } from "../app-config.ts";
import {
  readBoolean,
  readFilledTables,
  readInteger,
  readPort,
  readString,
  readStrings,
  readTable,
  readTables,
  readWord,
  show,
  type Section,
} from "../read-value.ts";
import { readServiceCheck } from "./checks.ts";

/** The platform's documentation names it as the default and recommends it. */
const DEFAULT_INTERNAL_PORT = 8_080;

/** `[http_service]` and all `[[services]]`, in this order. Those without a usable port are reported and left out. */
export function readServices(root: Section): ServiceSection[] {
  const http = readTable(root, "http_service");
  const services = http === undefined || Object.keys(http.table).length === 0 ? [] : [readHttpService(http)];
  services.push(...readFilledTables(root, "services").map(readService));
  return services.filter((service) => service !== undefined);
}

function readHttpService(section: Section): ServiceSection | undefined {
  const forceHttps = readBoolean(section, "force_https");
  const tlsOptions = readTable(section, "tls_options")?.table;
  const httpOptions = readTable(section, "http_options")?.table;
  const checks = readTables(section, "checks").map((check) => readServiceCheck(check, "http", "nanoseconds"));
  const internalPort = readInternalPort(section, "[http_service]");
  const rest = readScaling(section);
  if (internalPort === undefined) return undefined;
  return {
    origin: "http_service",
    protocol: "tcp",
    internalPort,
    ports: [
      { port: 80, handlers: ["http"], forceHttps, httpOptions },
      { port: 443, handlers: ["http", "tls"], httpOptions, tlsOptions },
    ],
    checks,
    ...rest,
  };
}

function readService(section: Section): ServiceSection | undefined {
  const protocol = section.table["protocol"] === "" ? "tcp" : (readWord(section, "protocol", ["tcp", "udp"]) ?? "tcp");
  const ports = readTables(section, "ports").map(readPublicPort);
  const checks: CheckSection[] = [
    ...readTables(section, "tcp_checks").map((check) => readServiceCheck(check, "tcp", "milliseconds")),
    ...readTables(section, "http_checks").map((check) => readServiceCheck(check, "http", "milliseconds")),
  ];
  const rest = readScaling(section);
  if (!hasInternalPort(section) && ports.every((port) => port.port === undefined && port.startPort === undefined)) {
    section.report("warning", section.path, "[[services]] is ignored: it has neither internal_port nor a public port");
    return undefined;
  }
  const internalPort = readInternalPort(section, "[[services]]");
  return internalPort === undefined
    ? undefined
    : { origin: "services", protocol, internalPort, ports, checks, ...rest };
}

/** Files written from empty forms have `internal_port = 0`. */
function hasInternalPort(section: Section): boolean {
  return section.table["internal_port"] !== undefined && section.table["internal_port"] !== 0;
}

function readInternalPort(section: Section, name: string): number | undefined {
  if (hasInternalPort(section)) return readPort(section, "internal_port", name === "[[services]]");
  section.report(
    "warning",
    section.path,
    `${name} has no internal_port, the port that your program listens on; ${DEFAULT_INTERNAL_PORT} is assumed`,
  );
  return DEFAULT_INTERNAL_PORT;
}

function readScaling(
  section: Section,
): Pick<ServiceSection, "autostop" | "autostart" | "minMachinesRunning" | "concurrency" | "processes"> {
  return {
    autostop: readAutostop(section),
    autostart: readBoolean(section, "auto_start_machines"),
    minMachinesRunning: readInteger(section, "min_machines_running"),
    concurrency: readConcurrency(section),
    processes: readStrings(section, "processes") ?? [],
  };
}

function readAutostop(section: Section): ServiceSection["autostop"] {
  const value = section.table["auto_stop_machines"];
  if (value === undefined || typeof value === "boolean") return value;
  return readWord(section, "auto_stop_machines", ["off", "stop", "suspend"]);
}

function readConcurrency(section: Section): ConcurrencySection | undefined {
  const value = section.table["concurrency"];
  if (typeof value === "string") {
    const limits = /^\s*(\d+)\s*,\s*(\d+)\s*$/u.exec(value);
    if (limits !== null) return { type: "requests", softLimit: Number(limits[1]), hardLimit: Number(limits[2]) };
    section.report(
      "error",
      [...section.path, "concurrency"],
      `concurrency must be a table with type, soft_limit and hard_limit, not ${show(value)}`,
    );
    return undefined;
  }
  const table = readTable(section, "concurrency");
  if (table === undefined) return undefined;
  return {
    type: readString(table, "type"),
    softLimit: readInteger(table, "soft_limit"),
    hardLimit: readInteger(table, "hard_limit"),
  };
}

function readPublicPort(section: Section): PortSection {
  return {
    port: readPort(section, "port", true),
    startPort: readPort(section, "start_port"),
    endPort: readPort(section, "end_port"),
    handlers: readStrings(section, "handlers") ?? [],
    forceHttps: readBoolean(section, "force_https"),
    tlsOptions: readTable(section, "tls_options")?.table,
    httpOptions: readTable(section, "http_options")?.table,
    proxyProtoOptions: readTable(section, "proxy_proto_options")?.table,
  };
}
