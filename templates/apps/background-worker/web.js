import { createServer } from "node:http";

// Takes jobs and answers at once; machines of the process group "worker" fetch them over the private network and bring the
// results. A job stays in the memory of the machine that took it: its name begins with that machine's.

const { FLY_MACHINE_ID = "local", FLY_REGION = "local" } = process.env;
const MAX_JOBS = 1_000;
const LEASE_MS = 30_000;
const MAX_INPUT = 100_000;

/** By name, oldest first. */
const jobs = new Map();
let count = 0;

function reply(response, status, body, headers = {}) {
  const text = body === undefined ? "" : `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...(server.listening ? {} : { connection: "close" }),
    ...headers,
  });
  response.end(text);
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > 10_000) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Only machines of the private network, and not through the edge, are workers. */
function isWorker(request) {
  return request.headers["fly-request-id"] === undefined && /^(fd|::1|127\.|::ffff:127\.)/i.test(request.socket.remoteAddress ?? "");
}

async function addJob(request, response) {
  const input = Number((await readJson(request))?.input);
  if (!Number.isInteger(input) || input < 1 || input > MAX_INPUT) return reply(response, 400, { error: `input is a number from 1 to ${MAX_INPUT}` });
  if (jobs.size >= MAX_JOBS) jobs.delete(jobs.keys().next().value);
  count += 1;
  const job = { name: `${FLY_MACHINE_ID}-${count}`, input, state: "waiting" };
  jobs.set(job.name, job);
  return reply(response, 202, job, { location: `/jobs/${job.name}` });
}

function showJob(name, response) {
  const machine = name.slice(0, name.lastIndexOf("-"));
  if (machine !== FLY_MACHINE_ID) return reply(response, 200, { replay: machine }, { "fly-replay": `instance=${machine}` });
  const job = jobs.get(name);
  return job === undefined ? reply(response, 404, { error: "no such job" }) : reply(response, 200, job);
}

/** The oldest job that nobody works on; one that was taken and not brought back in time is given out again. */
function giveJob(response) {
  const now = Date.now();
  const job = [...jobs.values()].find(({ state, until }) => state === "waiting" || (state === "working" && until < now));
  if (job === undefined) return reply(response, 204);
  Object.assign(job, { state: "working", until: now + LEASE_MS });
  return reply(response, 200, { name: job.name, input: job.input });
}

async function takeResult(request, response) {
  const { name, result, worker } = (await readJson(request)) ?? {};
  const job = jobs.get(name);
  if (job === undefined) return reply(response, 404, { error: "no such job" });
  delete job.until;
  Object.assign(job, { state: "done", result, worker });
  return reply(response, 204);
}

async function handle(request, response) {
  const path = request.url.split("?")[0];
  const name = /^\/jobs\/([0-9a-z]{1,32}-\d{1,9})$/.exec(path)?.[1];
  if (path === "/health") return reply(response, 200, { ok: true });
  if (path === "/" && request.method === "GET") return reply(response, 200, { jobs: jobs.size, machine: FLY_MACHINE_ID, region: FLY_REGION, try: "POST /jobs {\"input\": 1000}" });
  if (path === "/jobs" && request.method === "POST") return addJob(request, response);
  if (name !== undefined && request.method === "GET") return showJob(name, response);
  if (path === "/work" && request.method === "POST" && isWorker(request)) return giveJob(response);
  if (path === "/results" && request.method === "POST" && isWorker(request)) return takeResult(request, response);
  return reply(response, 404, { error: "not found" });
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

const port = Number(process.env.PORT ?? 8080);
server.listen(port, () => console.log(`listening on port ${port}`));

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.log(`${signal}: finishing open requests`);
    server.close(() => process.exit(0));
  });
}
