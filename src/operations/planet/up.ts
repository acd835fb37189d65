// Brings a planet up: image, control, and then the regions that are asked for. Repeating it changes nothing.
import type { PlanetBehaviour } from "../../contract/planet.ts";
import { bringUpControl, type BringUpDeps, type BroughtUp } from "../../emulator/lifecycle/bring-up.ts";
import { tearDown } from "../../emulator/lifecycle/tear-down.ts";
import { AppError } from "../../errors/app-error.ts";
import { type Clock, waitUntil } from "../../platform/clock.ts";
import type { AuthorityMaterial } from "../../platform/x509.ts";
import type { ProgressReporter } from "../progress.ts";
import { planetClient, type PlanetAccess } from "./planet-access.ts";
import { DEFAULT_PORTS, defaultHttpsPort } from "./planet-home.ts";
import { reachUp, type ReachUpDeps, type UpResult } from "./reach-up.ts";
import { requireOthers } from "./service-ports.ts";

export type { UpResult } from "./reach-up.ts";

export interface UpInput {
  readonly regions: readonly string[];
  /** Region where clients enter that name none; only a new planet takes it. */
  readonly home?: string;
  readonly ports?: {
    readonly control?: number;
    readonly http?: number;
    readonly https?: number;
    readonly services?: readonly number[];
  };
  readonly version: string;
  /** What is not given stays as it was. */
  readonly behaviour?: PlanetBehaviour;
}

export interface UpDeps extends ReachUpDeps, BringUpDeps {
  readonly clock: Clock;
  readonly progress: ProgressReporter;
  /** Makes sure of the planet's image. */
  readonly ensureImage: () => Promise<string>;
  readonly daemonSocket: () => string;
  /** The user's certificate authority, made at the first call. */
  readonly authority: () => Promise<AuthorityMaterial>;
}

const CONTROL_DEADLINE_MS = 60_000;
const READY_DEADLINE_MS = 60_000;
const DEFAULT_HOME = "iad";

/** None is the same as never having named any. */
function servicePortsOf(services: readonly number[] = []): { readonly services?: readonly number[] } {
  return services.length === 0 ? {} : { services };
}

async function waitForControl(access: PlanetAccess, deps: UpDeps): Promise<void> {
  await waitUntil(
    async () => {
      try {
        return await access.client.planet();
      } catch (error) {
        // Something else answers on the port, or the token is another planet's: waiting does not help.
        if (error instanceof AppError && error.code === "UNAUTHORIZED") throw error;
        return undefined;
      }
    },
    {
      what: "control to answer",
      deadlineMs: CONTROL_DEADLINE_MS,
      intervalMs: 25,
      clock: deps.clock,
      signal: deps.signal,
    },
  );
}

async function lastWords(deps: UpDeps): Promise<string[]> {
  const name = `hangar-${deps.home.name}-control`;
  const lines: string[] = [];
  try {
    for await (const line of deps.runtime.logs(name, { follow: false, tail: 5 })) lines.push(line.text);
  } catch {
    // Its container is gone: there are no words.
  }
  return lines;
}

/** Leaves the engine as it was: a planet that this run made goes away, one that was there stays. */
async function abandon(made: BroughtUp, deps: UpDeps): Promise<void> {
  if (made.created) await tearDown(deps.home.name, deps.runtime);
}

/** A planet that runs from this image already and answers; nobody has to be kept away to use it. */
async function runningPlanet(image: string, deps: UpDeps): Promise<PlanetAccess | undefined> {
  const access = await planetClient(deps);
  try {
    const { image: present, state } = await access.client.planet();
    return present === image && state === "ready" ? access : undefined;
  } catch {
    deps.signal.throwIfAborted();
    return undefined;
  }
}

/**
 * The planet, brought up if it is not: for commands that need one. Does not wait for other commands where it is up.
 * @throws what `up` throws
 */
export async function ensureUp(input: UpInput, deps: UpDeps): Promise<UpResult> {
  const ready = await reachUp(input.regions, deps);
  if (ready !== undefined) return ready;
  const image = await deps.ensureImage();
  const access = await runningPlanet(image, deps);
  if (access === undefined) return up(input, deps);
  const status =
    input.regions.length > 0 ? await access.client.activateRegions(input.regions) : await access.client.planet();
  return {
    planet: deps.home.name,
    changed: false,
    url: `http://localhost:${access.httpPort}`,
    secureUrl: `https://localhost:${access.httpsPort}`,
    controlUrl: `http://127.0.0.1:${access.controlPort}`,
    status,
  };
}

/** @throws PLANET_BUSY, PORT_TAKEN, DOCKER_UNAVAILABLE, DOCKER_TOO_OLD, REGION_UNKNOWN, PLANET_START_FAILED … */
export async function up(input: UpInput, deps: UpDeps): Promise<UpResult> {
  return deps.home.exclusively(async () => {
    const { progress } = deps;
    const known = await deps.home.settings();
    const http = input.ports?.http ?? known?.ports.http ?? DEFAULT_PORTS.http;
    const ports = {
      control: input.ports?.control ?? known?.ports.control ?? DEFAULT_PORTS.control,
      http,
      https: input.ports?.https ?? known?.ports.https ?? defaultHttpsPort(http),
      ...servicePortsOf(input.ports?.services ?? known?.ports.services),
    };
    requireOthers(ports.services ?? [], ports);
    const home = known?.home ?? input.home ?? DEFAULT_HOME;
    const image = await deps.ensureImage();

    progress.start("control", "Starting the control plane");
    const token = await deps.home.token();
    const made = await bringUpControl(
      {
        planet: deps.home.name,
        home,
        ports,
        version: input.version,
        image,
        token,
        authority: await deps.authority(),
        daemonSocket: deps.daemonSocket(),
        savedState: await deps.home.savedState(),
        ...(known?.block === undefined ? {} : { preferredBlock: known.block }),
      },
      deps,
    ).catch((error: unknown) => {
      progress.fail("control");
      throw error;
    });
    await deps.home.saveSettings({ ports, block: made.block, home });
    try {
      const access = await planetClient(deps);
      await waitForControl(access, deps);
      if (input.behaviour !== undefined && Object.keys(input.behaviour).length > 0)
        await access.client.changeBehaviour(input.behaviour);
      progress.done("control");
      progress.start("regions", `Activating ${[...new Set([home, ...input.regions])].join(", ")}`);
      await access.client.activateRegions([...new Set([home, ...input.regions])]);
      const status = await waitUntil(
        async () => {
          const present = await access.client.planet();
          return present.state === "ready" ? present : undefined;
        },
        {
          what: "the planet to be ready",
          deadlineMs: READY_DEADLINE_MS,
          intervalMs: 25,
          clock: deps.clock,
          signal: deps.signal,
        },
      );
      progress.done("regions");
      await deps.home.dropState();
      return {
        planet: deps.home.name,
        changed: made.changed,
        url: `http://localhost:${ports.http}`,
        secureUrl: `https://localhost:${ports.https}`,
        controlUrl: `http://127.0.0.1:${ports.control}`,
        status,
      };
    } catch (error) {
      progress.fail("regions");
      const words = await lastWords(deps);
      await abandon(made, deps);
      if (error instanceof AppError && error.code === "DEADLINE") {
        throw new AppError("PLANET_START_FAILED", `Planet "${deps.home.name}" did not come up: ${error.message}`, {
          cause: error,
          suggestions: ["hangar doctor", "hangar down"],
          details: { control: words },
        });
      }
      throw error;
    }
  });
}
