import { createServer } from "node:http";

// Notes that can be read in every region and are written in one. The primary region holds them; a machine elsewhere keeps a
// copy, which it renews every second, and asks the platform to replay each write to the primary region.
// The notes are in memory, to keep this short: a real app has a database in the primary region and replicas beside.

const { FLY_REGION = "local", PRIMARY_REGION = FLY_REGION, FLY_APP_NAME, FLY_MACHINE_ID = "local" } = process.env;
const isPrimary = FLY_REGION === PRIMARY_REGION;
const port = Number(process.env.PORT ?? 8080);
const MAX_NOTES = 1_000;
const MAX_BODY_BYTES = 10_000;
const REFRESH_MS = 1_000;

let notes = [];
let copiedAt = isPrimary ? undefined : null;

function reply(response, status, body, headers = {}) {
  const text = `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...(server.listening ? {} : { connection: "close" }),
    ...headers,
  });
  response.end(text);
}

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8").trim();
}

async function handle(request, response) {
  const path = request.url.split("?")[0];
  const served = { region: FLY_REGION, machine: FLY_MACHINE_ID, primaryRegion: PRIMARY_REGION };
  if (path === "/health") return reply(response, 200, { ok: true });
  if (path !== "/notes" && path !== "/") return reply(response, 404, { error: "not found" });
  if (request.method === "GET" || request.method === "HEAD") return reply(response, 200, { notes, ...served, copiedAt });
  if (request.method !== "POST") return reply(response, 405, { error: "method not allowed" }, { allow: "GET, HEAD, POST" });
  if (!isPrimary) {
    request.resume();
    return reply(response, 200, { replay: PRIMARY_REGION }, { "fly-replay": `region=${PRIMARY_REGION}` });
  }
  const text = await readBody(request);
  if (text === undefined || text === "") return reply(response, 400, { error: `a note is 1 to ${MAX_BODY_BYTES} bytes` });
  notes = [...notes, { text, at: new Date().toISOString() }].slice(-MAX_NOTES);
  return reply(response, 201, { note: notes.at(-1), ...served, replayed: request.headers["fly-replay-src"] !== undefined });
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

/** Copies the notes of the primary region over the private network. */
async function refresh() {
  try {
    const response = await fetch(`http://${PRIMARY_REGION}.${FLY_APP_NAME}.internal:${port}/notes`, { signal: AbortSignal.timeout(5_000) });
    notes = (await response.json()).notes;
    copiedAt = new Date().toISOString();
  } catch (error) {
    console.error(`no copy from ${PRIMARY_REGION}: ${error.cause?.code ?? error.message}`);
  }
  setTimeout(refresh, REFRESH_MS).unref();
}

server.listen(port, () => {
  console.log(`listening on port ${port}, ${isPrimary ? "writing" : `copying from ${PRIMARY_REGION}`}`);
  if (!isPrimary) void refresh();
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.log(`${signal}: finishing open requests`);
    server.close(() => process.exit(0));
  });
}
