// What wan and edge have in common: the HTTP endpoint on the management address, where control hands over worlds and asks
// how they are. Decides nothing.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { z } from "zod";
import { type ComponentStatus, type World, WorldSchema } from "../../contract/world.ts";
import { AppError, asAppError, type ErrorBody } from "../../errors/app-error.ts";
import { CATALOGUE } from "../../errors/catalogue.ts";
import { acceptUpgrade, refuseUpgrade } from "../../platform/http-upgrade.ts";

/** A request of control's with its body still unread. */
export interface AdminRequest {
  /** Method and path, such as `POST /probe`. */
  readonly route: string;
  readonly query: URLSearchParams;
  /** The body as the schema's value. @throws REQUEST_INVALID, REQUEST_TOO_LARGE; `what` names it for people */
  read<T>(schema: z.ZodType<T>, what: string): Promise<T>;
}

export interface AdminServerDeps {
  readonly token: string;
  readonly status: () => ComponentStatus;
  readonly putWorld: (world: World) => Promise<number>;
  /** Answers what only this component knows; undefined where it does not know the route either. */
  readonly more?: (request: AdminRequest) => Promise<unknown> | undefined;
  /** Connections that are to go on with bytes of their own; all are refused where it is absent. */
  readonly upgrade?: UpgradeAnswerer;
}

export interface UpgradeAnswerer {
  readonly protocol: string;
  /** Decides whether the connection is to be had, and gives what serves it. Failures are answered as those of requests. */
  readonly prepare: (request: AdminRequest) => Promise<(socket: Duplex) => void>;
}

/** A world of 31 full regions is about 8 MB. */
const MAX_BODY_BYTES = 32 * 1_024 * 1_024;

/** GET /status, PUT /world and what the component adds, all with the planet's token; the caller listens. */
export function createAdminServer({ token, status, putWorld, more, upgrade }: AdminServerDeps): Server {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);

  function requireToken(message: IncomingMessage): void {
    if (!timingSafeEqual(digest(message.headers.authorization ?? ""), expected)) {
      throw new AppError("UNAUTHORIZED", "The token is missing or not the planet's");
    }
  }

  async function answer(message: IncomingMessage): Promise<unknown> {
    requireToken(message);
    const request = adminRequest(message);
    if (request.route === "GET /status") return status();
    if (request.route === "PUT /world") return { version: await putWorld(await request.read(WorldSchema, "a world")) };
    const answered = more?.(request);
    if (answered !== undefined) return answered;
    throw new AppError("NOT_FOUND", `${status().component} has no ${request.route}`);
  }

  async function serveUpgrade(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      requireToken(message);
      if (upgrade === undefined || message.headers.upgrade !== upgrade.protocol)
        throw new AppError("NOT_FOUND", `${status().component} has no such protocol`);
      const serve = await upgrade.prepare(adminRequest(message));
      if (head.length > 0) socket.unshift(head);
      acceptUpgrade(socket, upgrade.protocol);
      serve(socket);
    } catch (error) {
      refuseUpgrade(socket, ...refusalOf(error));
    }
  }

  const server = createServer((message, response) => {
    answer(message).then(
      (body) => send(response, 200, JSON.stringify(body)),
      (error: unknown) => send(response, ...refusalOf(error)),
    );
  });
  server.on("upgrade", (message, socket: Duplex, head: Buffer) => {
    socket.on("error", () => undefined);
    void serveUpgrade(message, socket, head);
  });
  return server;
}

/** Status and body of the answer that stands for a failure. */
function refusalOf(error: unknown): [number, string] {
  const { code, message, suggestions, details } = asAppError(error);
  const body: ErrorBody = { error: message, code, suggestions, ...(details === undefined ? {} : { details }) };
  return [CATALOGUE[code].status, JSON.stringify(body)];
}

function adminRequest(message: IncomingMessage): AdminRequest {
  const url = new URL(message.url ?? "/", "http://component");
  return {
    route: `${message.method} ${url.pathname}`,
    query: url.searchParams,
    read: async (schema, what) => {
      const text = await readBody(message);
      try {
        return schema.parse(JSON.parse(text));
      } catch (cause) {
        throw new AppError("REQUEST_INVALID", `The body is not ${what}`, { cause });
      }
    },
  };
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new AppError("REQUEST_TOO_LARGE", `The body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}
