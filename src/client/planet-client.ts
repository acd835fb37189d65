// What only a planet has (/hangar/v1) and the Machines API has no path for.
import type { z } from "zod";
import {
  type ChangeReplaySettings,
  OrganizationsSchema,
  type ReplaySettings,
  ReplaySettingsSchema,
} from "../contract/apps.ts";
import {
  type Diagnosis,
  DiagnosisSchema,
  type LogEntry,
  LogEntrySchema,
  type PlanetBehaviour,
  PlanetBehaviourSchema,
  type PlanetStatus,
  PlanetStatusSchema,
  type SeenMachine,
  SeenMachineSchema,
} from "../contract/planet.ts";
import { type IssuedToken, IssuedTokensSchema } from "../contract/tokens.ts";
import { type ProbeRequest, type ProbeResult, ProbeResultSchema } from "../contract/probe.ts";
import { createTransport, type TransportOptions } from "./machines/transport.ts";
import { createMachinesClient, type MachinesClient, type MachinesClientOptions } from "./machines-client.ts";
import { createPlanetReleases, type PlanetReleases } from "./planet-releases.ts";

export type Organization = z.infer<typeof OrganizationsSchema>["organizations"][number];

export interface LogOptions {
  readonly follow: boolean;
  /** Lines from the past. */
  readonly tail: number;
  readonly region?: string;
  readonly machine?: string;
}

export interface PlanetClient {
  planet(): Promise<PlanetStatus>;
  activateRegions(regions: readonly string[]): Promise<PlanetStatus>;
  /** Changes what is given; the rest stays. */
  changeBehaviour(behaviour: PlanetBehaviour): Promise<PlanetBehaviour>;
  probe(request: ProbeRequest): Promise<ProbeResult>;
  /** Entries oldest first; with follow, until the signal fires. */
  logs(app: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry>;
  /** What is known of a machine that does not do what it should. */
  diagnosis(app: string, machine: string): Promise<Diagnosis>;
  /** The machine, once it is not as it was when the caller got that `seen`, or after a while. */
  watchMachine(
    app: string,
    machine: string,
    options: { readonly seen: string | undefined; readonly timeoutMs: number },
  ): Promise<SeenMachine>;
  organizations(): Promise<Organization[]>;
  /** Which replays an organization takes from elsewhere. */
  replaySettings(organization: string): Promise<ReplaySettings>;
  changeReplaySettings(organization: string, change: ChangeReplaySettings): Promise<ReplaySettings>;
  tokens(): Promise<IssuedToken[]>;
  revokeToken(id: string): Promise<void>;
  readonly releases: PlanetReleases;
}

/** Milliseconds that a measurement may take beside its own time. */
const PROBE_MARGIN_MS = 60_000;
/** Milliseconds that an answer may take beside the time that it was to wait. */
const WATCH_MARGIN_MS = 60_000;

/** A client of a planet's own endpoints. Makes no request by itself. */
export function createPlanetClient(options: TransportOptions): PlanetClient {
  const transport = createTransport(options);
  const at = (...parts: readonly string[]): string => ["/hangar/v1", ...parts.map(encodeURIComponent)].join("/");
  return {
    planet: () => transport.fetch({ method: "GET", path: at("planet") }, PlanetStatusSchema),
    activateRegions: (regions) =>
      transport.fetch(
        { method: "POST", path: at("regions", "activate"), body: { regions }, repeatable: true },
        PlanetStatusSchema,
      ),
    changeBehaviour: (behaviour) =>
      transport.fetch(
        { method: "PUT", path: at("settings"), body: behaviour, repeatable: true },
        PlanetBehaviourSchema,
      ),
    probe: (request) =>
      transport.fetch(
        {
          method: "POST",
          path: at("probe"),
          body: request,
          repeatable: true,
          timeoutMs: request.count * request.intervalMs + PROBE_MARGIN_MS,
        },
        ProbeResultSchema,
      ),
    logs: async function* (app, { follow, tail, region, machine }, signal) {
      const query = { tail, follow: follow ? true : undefined, region, machine };
      for await (const line of linesOf(await transport.open({ path: at("apps", app, "logs"), query }, signal)))
        yield LogEntrySchema.parse(JSON.parse(line));
    },
    diagnosis: (app, machine) =>
      transport.fetch({ method: "GET", path: at("apps", app, "machines", machine, "diagnosis") }, DiagnosisSchema),
    watchMachine: (app, machine, { seen, timeoutMs }) =>
      transport.fetch(
        {
          method: "GET",
          path: at("apps", app, "machines", machine),
          query: { seen, timeout_ms: Math.ceil(timeoutMs) },
          timeoutMs: timeoutMs + WATCH_MARGIN_MS,
        },
        SeenMachineSchema,
      ),
    organizations: async () =>
      (await transport.fetch({ method: "GET", path: at("organizations") }, OrganizationsSchema)).organizations,
    replaySettings: (slug) =>
      transport.fetch({ method: "GET", path: at("organizations", slug, "replays") }, ReplaySettingsSchema),
    changeReplaySettings: (slug, body) =>
      transport.fetch(
        { method: "PATCH", path: at("organizations", slug, "replays"), body, repeatable: true },
        ReplaySettingsSchema,
      ),
    tokens: async () => (await transport.fetch({ method: "GET", path: at("tokens") }, IssuedTokensSchema)).tokens,
    revokeToken: (id) => transport.send({ method: "DELETE", path: at("tokens", id) }),
    releases: createPlanetReleases(transport),
  };
}

/** Both languages that a planet's control plane speaks. */
export interface PlanetConnection {
  readonly api: MachinesClient;
  readonly client: PlanetClient;
}

/** @example connectPlanet({ baseUrl: "http://127.0.0.1:4280", token, fetch, clock: systemClock }) */
export function connectPlanet(options: MachinesClientOptions): PlanetConnection {
  const planet = { unreachableSuggestions: ["hangar up", "hangar doctor"], ...options };
  return { api: createMachinesClient(planet), client: createPlanetClient(planet) };
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part !== "") yield part;
  }
  if (rest !== "") yield rest;
}
