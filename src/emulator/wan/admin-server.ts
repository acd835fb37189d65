// The HTTP endpoint on the management address: takes worlds from control and says how wan is. Decides nothing.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type ComponentStatus, type World, WorldSchema } from "../../contract/world.ts";
import { AppError, asAppError, type ErrorBody } from "../../errors/app-error.ts";
import { CATALOGUE } from "../../errors/catalogue.ts";

export interface AdminServerDeps {
  readonly token: string;
  readonly status: () => ComponentStatus;
  readonly putWorld: (world: World) => Promise<number>;
}

/** A world of 31 full regions is about 8 MB. */
const MAX_BODY_BYTES = 32 * 1_024 * 1_024;

/** PUT /world and GET /status, both with the planet's token; the caller listens. */
export function createAdminServer({ token, status, putWorld }: AdminServerDeps): Server {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const expected = digest(`Bearer ${token}`);

  async function answer(request: IncomingMessage): Promise<unknown> {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) {
      throw new AppError("UNAUTHORIZED", "The token is missing or not the planet's");
    }
    const route = `${request.method} ${request.url}`;
    if (route === "GET /status") return status();
    if (route === "PUT /world") return { version: await putWorld(parseWorld(await readBody(request))) };
    throw new AppError("NOT_FOUND", `wan has no ${route}`);
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

function parseWorld(text: string): World {
  try {
    return WorldSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError("REQUEST_INVALID", "The body is not a world", { cause });
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
