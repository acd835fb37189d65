// Pure: what facts about this machine mean for a planet.
import type { PlanetStatus } from "../../contract/planet.ts";
import type { EngineInfo } from "../../emulator/runtime/container-runtime.ts";
import type { AppError } from "../../errors/app-error.ts";
import { CATALOGUE, type ErrorCode } from "../../errors/catalogue.ts";
import type { BuilderChoice } from "../../platform/docker-builders.ts";
import type { TunDevice } from "../../platform/tun-device.ts";
import type { Finding } from "./finding.ts";

const GIB = 1024 ** 3;
const DISK_WARN_BYTES = 5 * GIB;
const DISK_FAIL_BYTES = 1 * GIB;
/** Above the engine's whole seconds, and below what breaks tokens and certificates. */
const SKEW_WARN_MS = 3_000;
const SANE_YEARS = { first: 2025, last: 2100 } as const;
const OLDEST_NODE = [22, 18] as const;

/** A fact, or why there is none. */
export type Fact<T> = { readonly value: T } | { readonly error: AppError };

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  const found = `Node.js ${version.replace(/^v/, "")}`;
  return old
    ? {
        name: "node",
        status: "fail",
        found,
        remedy: `install Node.js ${OLDEST_NODE.join(".")} or newer`,
        code: "NODE_TOO_OLD",
      }
    : { name: "node", status: "ok", found };
}

export function judgeEngine(engine: Fact<EngineInfo & { readonly source: string }>): Finding {
  if ("error" in engine)
    return {
      name: "engine",
      status: "fail",
      found: engine.error.message,
      remedy: remedyOf(engine.error),
      code: codeOf(engine.error),
    };
  const { version, apiVersion, operatingSystem, cpus, memoryBytes, rootless, source } = engine.value;
  const found = `Docker ${version} (API ${apiVersion}) on ${operatingSystem}${rootless ? ", rootless" : ""}, ${cpus} CPUs, ${gib(memoryBytes)} of memory, found by ${source}`;
  return { name: "engine", status: "ok", found };
}

export function judgeBuilder(builder: Fact<BuilderChoice>): Finding {
  if ("error" in builder)
    return {
      name: "builder",
      status: "fail",
      found: builder.error.message,
      remedy: remedyOf(builder.error),
      code: codeOf(builder.error),
    };
  const { client, version, builder: kind, buildx } = builder.value;
  if (kind === "classic") {
    return {
      name: "builder",
      status: "warn",
      found: `the classic builder of ${client} ${version}: no secrets, no cache mounts`,
      remedy: "install the docker-buildx plugin",
    };
  }
  return { name: "builder", status: "ok", found: `BuildKit by ${buildx ? "buildx of " : ""}${client} ${version}` };
}

export interface TunFacts {
  /** A running wan holds a TUN already. */
  readonly wanReady: boolean;
  /** The device of the engine's host; undefined where the host is not this machine. */
  readonly device: TunDevice | undefined;
}

export function judgeTun({ wanReady, device }: TunFacts): Finding {
  if (wanReady) return { name: "tun", status: "ok", found: "in use by the planet's wan" };
  if (device === undefined)
    return {
      name: "tun",
      status: "warn",
      found: "not checked: the engine's host cannot be seen from here",
      remedy: "hangar up tells; then run hangar doctor again",
    };
  if (device === "usable") return { name: "tun", status: "ok", found: "/dev/net/tun" };
  const found =
    device === "missing" ? "there is no /dev/net/tun" : "/dev/net/tun is there, but the kernel has no driver for it";
  return {
    name: "tun",
    status: "fail",
    found,
    remedy: "modprobe tun (in a container: run it with --device /dev/net/tun)",
    code: "TUN_UNAVAILABLE",
  };
}

export interface PortFacts {
  readonly use: "control" | "http";
  readonly port: number;
  readonly free: boolean;
  /** The part of this planet that publishes the port runs. */
  readonly usedByPlanet: boolean;
}

export function judgePort({ use, port, free, usedByPlanet }: PortFacts): Finding {
  const name = `port ${port}`;
  if (free && usedByPlanet) {
    return {
      name,
      status: "warn",
      found: `the planet is up, but nothing listens on 127.0.0.1:${port} (${use})`,
      remedy: "hangar up",
    };
  }
  if (free) return { name, status: "ok", found: `free (${use})` };
  if (usedByPlanet) return { name, status: "ok", found: `used by this planet (${use})` };
  return {
    name,
    status: "fail",
    found: `127.0.0.1:${port} is used by another program`,
    remedy: `end it (ss -ltnp 'sport = :${port}' names it), or: hangar up --${use}-port PORT`,
    code: "PORT_TAKEN",
  };
}

export function judgeDisk(free: number | undefined, folder: string | undefined): Finding {
  if (free === undefined)
    return {
      name: "disk",
      status: "warn",
      found: "not checked: the engine's disk cannot be seen from here",
      remedy: "docker system df",
    };
  const found = `${gib(free)} free${folder === undefined ? "" : ` in ${folder}`}`;
  if (free < DISK_FAIL_BYTES)
    return { name: "disk", status: "fail", found, remedy: "docker system prune", code: "DISK_FULL" };
  if (free < DISK_WARN_BYTES) return { name: "disk", status: "warn", found, remedy: "docker system prune" };
  return { name: "disk", status: "ok", found };
}

export interface ClockFacts {
  readonly nowMs: number;
  /** Whether two readings of the monotonic clock came in order. */
  readonly monotonic: boolean;
  /** Engine's time less ours; undefined where it is not known. */
  readonly skewMs: number | undefined;
}

export function judgeClock({ nowMs, monotonic, skewMs }: ClockFacts): Finding {
  const at = new Date(nowMs).toISOString();
  const year = new Date(nowMs).getUTCFullYear();
  if (year < SANE_YEARS.first || year > SANE_YEARS.last)
    return {
      name: "clock",
      status: "warn",
      found: `it is ${at} here`,
      remedy: "set the clock: timedatectl set-ntp true",
    };
  if (!monotonic)
    return {
      name: "clock",
      status: "warn",
      found: "the monotonic clock goes back",
      remedy: "measured times are not to be trusted on this machine",
    };
  if (skewMs !== undefined && Math.abs(skewMs) > SKEW_WARN_MS) {
    const found = `the engine's clock is ${(Math.abs(skewMs) / 1_000).toFixed(0)} s ${skewMs < 0 ? "behind" : "ahead of"} this machine's`;
    return { name: "clock", status: "warn", found, remedy: "restart the engine's virtual machine, or set its clock" };
  }
  return { name: "clock", status: "ok", found: `${at}${skewMs === undefined ? "" : ", the engine agrees"}` };
}

/** A part of the planet on the engine. */
export interface PlanetPart {
  readonly name: string;
  readonly running: boolean;
}

/** @param parts of the planet on the engine; none where there is no engine */
export function judgePlanet(planet: string, status: PlanetStatus | undefined, parts: readonly PlanetPart[]): Finding {
  if (status === undefined && parts.length === 0)
    return { name: "planet", status: "ok", found: `"${planet}" is not running` };
  if (status === undefined) {
    const stopped = parts.filter(({ running }) => !running).map(({ name }) => name);
    const found = `"${planet}" is on the engine, but its control does not answer${stopped.length === 0 ? "" : `; stopped: ${stopped.join(", ")}`}`;
    return {
      name: "planet",
      status: "fail",
      found,
      remedy: `hangar up; docker logs hangar-${planet}-control`,
      code: "PLANET_START_FAILED",
    };
  }
  const down = status.components.filter(({ state }) => state === "down").map(({ name }) => name);
  const [first] = down;
  if (first !== undefined) {
    return {
      name: "planet",
      status: "fail",
      found: `"${planet}": ${down.join(" and ")} ${down.length === 1 ? "is" : "are"} down`,
      remedy: `hangar up; docker logs hangar-${planet}-${first}`,
      code: "PLANET_START_FAILED",
    };
  }
  if (status.state !== "ready")
    return { name: "planet", status: "warn", found: `"${planet}" is ${status.state}`, remedy: "hangar status --watch" };
  const active = status.regions.filter((region) => region.active).length;
  return {
    name: "planet",
    status: "ok",
    found: `"${planet}" is ready, ${active} ${active === 1 ? "region" : "regions"} active`,
  };
}

function remedyOf(error: AppError): string {
  const useful = error.suggestions.filter((suggestion) => suggestion !== "hangar doctor");
  return useful.length > 0 ? useful.join("; ") : "start Docker: https://docs.docker.com/engine/install/";
}

/** Whatever went wrong on the way to the engine, e.g. a deadline: the engine cannot be used. */
function codeOf({ code }: AppError): ErrorCode {
  return CATALOGUE[code].exit === CATALOGUE.DOCKER_UNAVAILABLE.exit ? code : "DOCKER_UNAVAILABLE";
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
