// The HTTP endpoint on the management address: takes worlds and orders from control. Decides nothing.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { z } from "zod";
import {
  type ComponentStatus,
  type ProbeRequest,
  ProbeRequestSchema,
  type ProbeResult,
  type World,
  WorldSchema,
} from "../../contract/world.ts";
import { AppError, asAppError, type ErrorBody } from "../../errors/app-error.ts";
import { CATALOGUE } from "../../errors/catalogue.ts";

export interface AdminServerDeps {
  readonly token: string;
  readonly status: () => ComponentStatus;
  readonly putWorld: (world: World) => Promise<number>;
  readonly probe: (request: ProbeRequest) => Promise<ProbeResult>;
  /** Resolves with the number of requests that are still in flight at the machine: 0, or more after the deadline. */
  readonly drain: (machineId: string, timeoutMs: number) => Promise<number>;
}

/** A world of 31 full regions is about 8 MB. */
const MAX_BODY_BYTES = 32 * 1_024 * 1_024;
const MAX_DRAIN_MS = 600_000;
const DEFAULT_DRAIN_MS = 30_000;

/** GET /status, PUT /world, POST /probe and POST /drain/{machineId}, all with the planet's token; the caller listens. */
export function createAdminServer({ token, status, putWorld, probe, drain }: AdminServerDeps): Server {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);

  async function answer(request: IncomingMessage): Promise<unknown> {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) {
      throw new AppError("UNAUTHORIZED", "The token is missing or not the planet's");
    }
    const url = new URL(request.url ?? "/", "http://edge");
    const route = `${request.method} ${url.pathname}`;
    if (route === "GET /status") return status();
    if (route === "PUT /world") return { version: await putWorld(await read(request, WorldSchema, "a world")) };
    if (route === "POST /probe") return probe(await read(request, ProbeRequestSchema, "a measurement"));
    const machineId = /^POST \/drain\/([^/]+)$/.exec(route)?.[1];
    if (machineId !== undefined) return { inFlight: await drain(machineId, drainTimeoutMs(url)) };
    throw new AppError("NOT_FOUND", `edge has no ${route}`);
  }

  return createServer((request, response) => {
    answer(request).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const { code, message, suggestions, details } = asAppError(error);
        const body: ErrorBody = { error: message, code, suggestions, ...(details === undefined ? {} : { details }) };
        send(response, CATALOGUE[code].status, body);
      },
    );
  });
}

function drainTimeoutMs(url: URL): number {
  const timeoutMs = Number(url.searchParams.get("timeoutMs") ?? DEFAULT_DRAIN_MS);
  if (Number.isInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs <= MAX_DRAIN_MS) return timeoutMs;
  throw new AppError("REQUEST_INVALID", `timeoutMs has to be a whole number from 0 to ${MAX_DRAIN_MS}`);
}

async function read<T>(request: IncomingMessage, schema: z.ZodType<T>, what: string): Promise<T> {
  const text = await readBody(request);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError("REQUEST_INVALID", `The body is not ${what}`, { cause });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new AppError("REQUEST_TOO_LARGE", `The body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}
