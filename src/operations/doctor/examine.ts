// Collects the facts about this machine and has them judged. Each missing fact is itself a finding: nothing here needs an
// engine, a planet or a network.
import type { PlanetClient } from "../../client/planet-client.ts";
import type { PlanetStatus } from "../../contract/planet.ts";
import type { EngineInfo } from "../../emulator/runtime/container-runtime.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { BuilderChoice } from "../../platform/docker-builders.ts";
import type { EnginePing } from "../../platform/engine-ping.ts";
import type { TunDevice } from "../../platform/tun-device.ts";
import type { Finding } from "./finding.ts";
import {
  type Fact,
  judgeBuilder,
  judgeClock,
  judgeDisk,
  judgeEngine,
  judgeNode,
  judgePlanet,
  judgePort,
  judgeTun,
  type PlanetPart,
} from "./judge.ts";

export interface EngineFacts extends EngineInfo {
  /** Who said where the engine is. */
  readonly source: string;
  /** Whether the engine's host is this machine, so that its devices and disks can be looked at. */
  readonly isLocal: boolean;
  /** The planet's own parts on the engine. */
  readonly parts: readonly PlanetPart[];
}

export interface ExamineDeps {
  readonly planet: string;
  readonly ports: { readonly control: number; readonly http: number };
  readonly nodeVersion: string;
  /** @throws DOCKER_UNAVAILABLE, DOCKER_TOO_OLD */
  readonly engine: () => Promise<EngineFacts>;
  readonly pingEngine: () => Promise<EnginePing>;
  /** @throws DOCKER_UNAVAILABLE */
  readonly builder: () => Promise<BuilderChoice>;
  readonly tunDevice: () => Promise<TunDevice>;
  readonly isPortFree: (port: number) => Promise<boolean>;
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
  readonly client: Pick<PlanetClient, "planet">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Examines everything; the order of the findings is fixed. @throws only the signal's reason */
export async function examine(deps: ExamineDeps): Promise<Finding[]> {
  const { ports, clock } = deps;
  const ping = await deps.pingEngine();
  const skewMs = skewOf(ping, deps);
  const [engine, builder, status, controlFree, httpFree] = await Promise.all([
    engineFact(deps, ping),
    factOf(deps.builder()),
    planetStatus(deps),
    deps.isPortFree(ports.control),
    deps.isPortFree(ports.http),
  ]);
  deps.signal.throwIfAborted();
  const local = "value" in engine && engine.value.isLocal ? engine.value : undefined;
  const [device, free] = await Promise.all([
    local === undefined ? undefined : deps.tunDevice(),
    local === undefined ? undefined : deps.freeBytes(local.dataRoot),
  ]);
  const before = clock.monotonic();
  const parts = "value" in engine ? engine.value.parts : [];
  // Without an engine's word, a planet that answers has all its parts.
  const runs = (part: string): boolean =>
    parts.length === 0 ? status !== undefined : parts.some(({ name, running }) => name === part && running);
  return [
    judgeNode(deps.nodeVersion),
    judgeEngine(engine),
    judgeBuilder(builder),
    judgeTun({
      wanReady: status?.components.some(({ name, state }) => name === "wan" && state === "ready") ?? false,
      device,
    }),
    judgePort({ use: "control", port: ports.control, free: controlFree, usedByPlanet: runs("control") }),
    judgePort({ use: "http", port: ports.http, free: httpFree, usedByPlanet: runs("edge") }),
    judgeDisk(free, local?.dataRoot),
    judgeClock({ nowMs: clock.now(), monotonic: clock.monotonic() >= before, skewMs }),
    judgePlanet(deps.planet, status, parts),
  ];
}

/** The first finding that keeps a planet from working, as the error that says so. */
export function failureOf(findings: readonly Finding[]): AppError | undefined {
  const failed = findings.filter(({ status }) => status === "fail");
  const [first] = failed;
  if (first?.code === undefined) return undefined;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
  return new AppError(first.code, `${first.name}: ${first.found}${more}`, {
    suggestions: first.remedy === undefined ? [] : [first.remedy],
  });
}

async function factOf<T>(work: Promise<T>): Promise<Fact<T>> {
  try {
    return { value: await work };
  } catch (error) {
    return { error: asAppError(error) };
  }
}

/** Asking a silent engine more would only wait longer. */
async function engineFact({ engine }: ExamineDeps, ping: EnginePing): Promise<Fact<EngineFacts>> {
  if (ping.kind !== "silent") return factOf(engine());
  return {
    error: new AppError("DOCKER_UNAVAILABLE", "The Docker engine takes connections, but does not answer", {
      suggestions: ["restart the Docker engine"],
    }),
  };
}

/** A planet that does not answer, or a program that is none, counts as down. */
async function planetStatus({ client }: ExamineDeps): Promise<PlanetStatus | undefined> {
  try {
    return await client.planet();
  } catch {
    return undefined;
  }
}

function skewOf(ping: EnginePing, { clock }: ExamineDeps): number | undefined {
  return ping.kind === "answered" && ping.dateMs !== undefined ? ping.dateMs - clock.now() : undefined;
}
