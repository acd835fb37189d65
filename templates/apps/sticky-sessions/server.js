import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

// Counts the visits of each browser. The counts are in this process, so a session's requests have to come to this machine:
// the cookie says which one that is, and every other machine asks the platform to replay them there.

const MACHINE = process.env.FLY_MACHINE_ID ?? "local";
const MAX_SESSIONS = 10_000;

/** Session ID to number of visits; the oldest come first. */
const sessions = new Map();

/** The session that a request belongs to: `ID.MACHINE` in its cookie. */
function readCookie(request) {
  const match = /(?:^|;\s*)session=([0-9a-f]{32})\.([0-9a-z]{1,32})(?:;|$)/.exec(request.headers.cookie ?? "");
  return match === null ? undefined : { id: match[1], machine: match[2] };
}

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

const server = createServer((request, response) => {
  request.resume();
  const path = request.url.split("?")[0];
  if (path === "/health") return reply(response, 200, { ok: true });
  if (path !== "/") return reply(response, 404, { error: "not found" });

  const cookie = readCookie(request);
  // A replay that failed comes back with this header: that machine is gone, and its sessions with it.
  const isGone = request.headers["fly-replay-failed"] !== undefined;
  if (cookie !== undefined && cookie.machine !== MACHINE && !isGone) {
    return reply(response, 200, { replay: cookie.machine }, { "fly-replay": `instance=${cookie.machine};timeout=2s;fallback=force_self` });
  }

  const known = cookie?.machine === MACHINE && sessions.has(cookie.id);
  const id = known ? cookie.id : randomBytes(16).toString("hex");
  const visits = (sessions.get(id) ?? 0) + 1;
  sessions.delete(id);
  sessions.set(id, visits);
  if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value);
  reply(
    response,
    200,
    { visits, machine: MACHINE, region: process.env.FLY_REGION ?? null, replayed: request.headers["fly-replay-src"] !== undefined },
    { "set-cookie": `session=${id}.${MACHINE}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400` },
  );
});

const port = Number(process.env.PORT ?? 8080);
server.listen(port, () => console.log(`listening on port ${port}`));

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.log(`${signal}: finishing open requests`);
    server.close(() => process.exit(0));
  });
}
