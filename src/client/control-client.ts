// Typed HTTP client of a control plane: the Machines API, and a planet's own endpoints. Turns error bodies back into the
// AppError they stand for.
import { z } from "zod";
import { type App, AppSchema, type LaunchMachine, type Machine, MachineSchema } from "../contract/machine.ts";
import {
  type Diagnosis,
  DiagnosisSchema,
  type LogEntry,
  LogEntrySchema,
  type PlanetStatus,
  PlanetStatusSchema,
} from "../contract/planet.ts";
import {
  type BeginRelease,
  type ChangeRelease,
  type HeldRelease,
  HeldReleaseSchema,
  type Release,
  type ReleaseDetail,
  ReleaseDetailSchema,
  ReleaseSchema,
} from "../contract/release.ts";
import { type CreateVolume, type Volume, VolumeSchema } from "../contract/volumes.ts";
import { type ProbeRequest, type ProbeResult, ProbeResultSchema } from "../contract/world.ts";
import { AppError } from "../errors/app-error.ts";
import { CODE_OF_STATUS } from "./machines/api-error.ts";
import { isErrorCode } from "../errors/catalogue.ts";

export interface ControlClient {
  planet(): Promise<PlanetStatus>;
  activateRegions(regions: readonly string[]): Promise<PlanetStatus>;
  probe(request: ProbeRequest): Promise<ProbeResult>;
  logs(
    app: string,
    options: { readonly follow: boolean; readonly tail: number; readonly region?: string; readonly machine?: string },
    signal: AbortSignal,
  ): AsyncGenerator<LogEntry>;
  diagnosis(app: string, machine: string): Promise<Diagnosis>;
  apps(): Promise<App[]>;
  app(name: string): Promise<App>;
  createApp(name: string): Promise<App>;
  /** Destroys the app and, with force, its machines. */
  destroyApp(name: string, force: boolean): Promise<void>;
  machines(app: string): Promise<Machine[]>;
  machine(app: string, id: string): Promise<Machine>;
  createMachine(app: string, body: LaunchMachine): Promise<Machine>;
  /** @param nonce of the machine's lease, where somebody holds one */
  updateMachine(app: string, id: string, body: LaunchMachine, nonce?: string): Promise<Machine>;
  startMachine(app: string, id: string, nonce?: string): Promise<void>;
  stopMachine(app: string, id: string): Promise<void>;
  destroyMachine(app: string, id: string, nonce?: string): Promise<void>;
  cordonMachine(app: string, id: string, cordoned: boolean, nonce?: string): Promise<void>;
  /** Takes a machine's lease, or with its nonce prolongs it; undefined where the control plane has no leases. @throws CONFLICT */
  leaseMachine(app: string, id: string, ttlS: number, nonce?: string): Promise<string | undefined>;
  releaseLease(app: string, id: string, nonce: string): Promise<void>;
  volumes(app: string): Promise<Volume[]>;
  createVolume(app: string, body: CreateVolume): Promise<Volume>;
  destroyVolume(app: string, id: string): Promise<void>;
  /** Newest first. */
  releases(app: string, limit?: number): Promise<Release[]>;
  /** @throws RELEASE_NOT_FOUND */
  release(app: string, id: string): Promise<ReleaseDetail>;
  /** @throws DEPLOY_RUNNING */
  beginRelease(app: string, body: BeginRelease): Promise<HeldRelease>;
  /** Takes over a release whose holder is gone. @throws DEPLOY_RUNNING */
  adoptRelease(app: string, id: string, ttlS: number): Promise<HeldRelease>;
  /** @throws CONFLICT the release is no longer the caller's */
  changeRelease(app: string, id: string, body: ChangeRelease): Promise<ReleaseDetail>;
  /** Waits until the machine has the state. @throws DEADLINE */
  waitMachine(
    app: string,
    id: string,
    state: "started" | "stopped" | "destroyed",
    options?: { readonly timeoutS?: number; readonly instanceId?: string },
  ): Promise<void>;
}

export interface ControlClientOptions {
  /** For instance http://127.0.0.1:4280 */
  readonly baseUrl: string;
  readonly token: string;
  readonly signal?: AbortSignal;
  /** Milliseconds that an ordinary request may take; waits take longer by their own time. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const ReleasesSchema = z.object({ releases: z.array(ReleaseSchema) });
const LeaseSchema = z.object({ data: z.object({ nonce: z.string() }) });
const NONCE_HEADER = "fly-machine-lease-nonce";
const AppsSchema = z.object({ apps: z.array(AppSchema) });

/** The AppError of an answer that is no success. */
export function errorOfAnswer(status: number, body: string): AppError {
  let parsed: { error?: unknown; message?: unknown; code?: unknown; suggestions?: unknown; details?: unknown } = {};
  try {
    parsed = (JSON.parse(body) ?? {}) as typeof parsed;
  } catch {
    // Not JSON: the platform answers unknown routes in plain text.
  }
  const message = [parsed.message, parsed.error].find((text) => typeof text === "string" && text !== "");
  const code = isErrorCode(parsed.code) ? parsed.code : (CODE_OF_STATUS[status] ?? "UNREACHABLE");
  const suggestions = Array.isArray(parsed.suggestions)
    ? parsed.suggestions.filter((text) => typeof text === "string")
    : [];
  return new AppError(
    code,
    typeof message === "string" ? message : `The control plane answered ${status}: ${body.slice(0, 200)}`,
    {
      suggestions,
      ...(typeof parsed.details === "object" && parsed.details !== null
        ? { details: parsed.details as Record<string, unknown> }
        : {}),
    },
  );
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

/** A client of the control plane at a base URL. Makes no request by itself. */
export function createControlClient(options: ControlClientOptions): ControlClient {
  const headers = { authorization: `Bearer ${options.token}` };

  const send = async (
    method: string,
    path: string,
    body?: unknown,
    timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    nonce?: string,
  ): Promise<Response> => {
    const sent = nonce === undefined ? headers : { ...headers, [NONCE_HEADER]: nonce };
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
    let response: Response;
    try {
      response = await fetch(`${options.baseUrl}${path}`, {
        method,
        headers: body === undefined ? sent : { ...sent, "content-type": "application/json" },
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (deadline.aborted)
        throw new AppError("DEADLINE", `${options.baseUrl} did not answer within ${timeoutMs / 1_000} s`, { cause });
      throw new AppError("UNREACHABLE", `${options.baseUrl} does not answer`, {
        cause,
        suggestions: ["hangar up", "hangar doctor"],
      });
    }
    if (!response.ok) throw errorOfAnswer(response.status, await response.text());
    return response;
  };
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> =>
    schema.parse(await (await send("GET", path)).json());
  const post = async <Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    timeoutMs?: number,
    nonce?: string,
  ): Promise<z.infer<Schema>> => schema.parse(await (await send("POST", path, body, timeoutMs, nonce)).json());
  const at = (app: string, id?: string): string =>
    `/v1/apps/${encodeURIComponent(app)}/machines${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

  const releasesAt = (app: string, id?: string): string =>
    `/hangar/v1/apps/${encodeURIComponent(app)}/releases${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

  return {
    planet: () => get("/hangar/v1/planet", PlanetStatusSchema),
    activateRegions: (regions) => post("/hangar/v1/regions/activate", { regions }, PlanetStatusSchema),
    probe: (request) =>
      post("/hangar/v1/probe", request, ProbeResultSchema, request.count * request.intervalMs + 60_000),
    logs: async function* (app, { follow, tail, region, machine }, signal) {
      const query = new URLSearchParams({
        tail: String(tail),
        ...(follow ? { follow: "true" } : {}),
        ...(region === undefined ? {} : { region }),
        ...(machine === undefined ? {} : { machine }),
      });
      const ended = AbortSignal.any([signal, ...(options.signal === undefined ? [] : [options.signal])]);
      const response = await fetch(
        `${options.baseUrl}/hangar/v1/apps/${encodeURIComponent(app)}/logs?${query.toString()}`,
        {
          headers,
          signal: ended,
        },
      );
      if (!response.ok) throw errorOfAnswer(response.status, await response.text());
      if (response.body === null) return;
      for await (const line of linesOf(response.body)) yield LogEntrySchema.parse(JSON.parse(line));
    },
    diagnosis: (app, machine) =>
      get(
        `/hangar/v1/apps/${encodeURIComponent(app)}/machines/${encodeURIComponent(machine)}/diagnosis`,
        DiagnosisSchema,
      ),
    apps: async () => (await get("/v1/apps?org_slug=personal", AppsSchema)).apps,
    app: (name) => get(`/v1/apps/${encodeURIComponent(name)}`, AppSchema),
    createApp: (name) => post("/v1/apps", { name, org_slug: "personal" }, AppSchema),
    destroyApp: async (name, force) =>
      void (await send("DELETE", `/v1/apps/${encodeURIComponent(name)}${force ? "?force=true" : ""}`)),
    machines: (app) => get(at(app), z.array(MachineSchema)),
    machine: (app, id) => get(at(app, id), MachineSchema),
    createMachine: (app, body) => post(at(app), body, MachineSchema),
    updateMachine: (app, id, body, nonce) => post(at(app, id), body, MachineSchema, undefined, nonce),
    startMachine: async (app, id, nonce) => void (await send("POST", `${at(app, id)}/start`, {}, undefined, nonce)),
    stopMachine: async (app, id) => void (await send("POST", `${at(app, id)}/stop`, {})),
    destroyMachine: async (app, id, nonce) =>
      void (await send("DELETE", `${at(app, id)}?force=true`, undefined, undefined, nonce)),
    cordonMachine: async (app, id, cordoned, nonce) =>
      void (await send("POST", `${at(app, id)}/${cordoned ? "cordon" : "uncordon"}`, {}, undefined, nonce)),
    leaseMachine: async (app, id, ttlS, nonce) => {
      try {
        const path = `${at(app, id)}/lease?ttl=${ttlS}`;
        return (await post(path, {}, LeaseSchema, undefined, nonce)).data.nonce;
      } catch (error) {
        if (error instanceof AppError && error.code === "NOT_FOUND") return undefined;
        throw error;
      }
    },
    releaseLease: async (app, id, nonce) =>
      void (await send("DELETE", `${at(app, id)}/lease`, undefined, undefined, nonce)),
    volumes: (app) => get(`/v1/apps/${encodeURIComponent(app)}/volumes`, z.array(VolumeSchema)),
    createVolume: (app, body) => post(`/v1/apps/${encodeURIComponent(app)}/volumes`, body, VolumeSchema),
    destroyVolume: async (app, id) =>
      void (await send("DELETE", `/v1/apps/${encodeURIComponent(app)}/volumes/${encodeURIComponent(id)}`)),
    releases: async (app, limit = 25) => (await get(`${releasesAt(app)}?limit=${limit}`, ReleasesSchema)).releases,
    release: (app, id) => get(releasesAt(app, id), ReleaseDetailSchema),
    beginRelease: (app, body) => post(releasesAt(app), body, HeldReleaseSchema),
    adoptRelease: (app, id, ttlS) => post(`${releasesAt(app, id)}/adopt`, { ttl_s: ttlS }, HeldReleaseSchema),
    changeRelease: async (app, id, body) =>
      ReleaseDetailSchema.parse(await (await send("PATCH", releasesAt(app, id), body)).json()),
    waitMachine: async (app, id, state, { timeoutS = 60, instanceId } = {}) => {
      const query = new URLSearchParams({
        state,
        timeout: String(timeoutS),
        ...(instanceId === undefined ? {} : { instance_id: instanceId }),
      });
      await send("GET", `${at(app, id)}/wait?${query.toString()}`, undefined, (timeoutS + 5) * 1_000);
    },
  };
}
