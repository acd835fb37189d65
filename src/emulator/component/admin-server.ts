// What wan and edge have in common: the HTTP endpoint on the management address, where control hands over worlds and asks
// how they are. Decides nothing.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { z } from "zod";
import { type ComponentStatus, type World, WorldSchema } from "../../contract/world.ts";
import { AppError, asAppError, type ErrorBody } from "../../errors/app-error.ts";
import { CATALOGUE } from "../../errors/catalogue.ts";

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
}

/** A world of 31 full regions is about 8 MB. */
const MAX_BODY_BYTES = 32 * 1_024 * 1_024;

/** GET /status, PUT /world and what the component adds, all with the planet's token; the caller listens. */
export function createAdminServer({ token, status, putWorld, more }: AdminServerDeps): Server {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);

  async function answer(message: IncomingMessage): Promise<unknown> {
    if (!timingSafeEqual(digest(message.headers.authorization ?? ""), expected)) {
      throw new AppError("UNAUTHORIZED", "The token is missing or not the planet's");
    }
    const request = adminRequest(message);
    if (request.route === "GET /status") return status();
    if (request.route === "PUT /world") return { version: await putWorld(await request.read(WorldSchema, "a world")) };
    const answered = more?.(request);
    if (answered !== undefined) return answered;
    throw new AppError("NOT_FOUND", `${status().component} has no ${request.route}`);
  }

  return createServer((message, response) => {
    answer(message).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const { code, message: text, suggestions, details } = asAppError(error);
        const body: ErrorBody = { error: text, code, suggestions, ...(details === undefined ? {} : { details }) };
        send(response, CATALOGUE[code].status, body);
      },
    );
  });
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

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}
