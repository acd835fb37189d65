import { createServer, get } from "node:http";

const CITIES = {
  ams: "Amsterdam", arn: "Stockholm", bom: "Mumbai", cdg: "Paris", dfw: "Dallas", ewr: "Secaucus",
  fra: "Frankfurt", gru: "São Paulo", iad: "Ashburn", jnb: "Johannesburg", lax: "Los Angeles", lhr: "London",
  nrt: "Tokyo", ord: "Chicago", sin: "Singapore", sjc: "San Jose", syd: "Sydney", yyz: "Toronto",
};

/** What the platform says about this machine and about the way the request took. */
function describe(headers) {
  const env = process.env;
  const platformHeaders = Object.entries(headers).filter(([name]) => /^(fly-|x-forwarded-|via$)/.test(name));
  return {
    app: env.FLY_APP_NAME ?? null,
    region: env.FLY_REGION ?? null,
    machine: env.FLY_MACHINE_ID ?? null,
    edge: headers["fly-region"] ?? null,
    requestId: headers["fly-request-id"] ?? null,
    privateIp: env.FLY_PRIVATE_IP ?? null,
    processGroup: env.FLY_PROCESS_GROUP ?? null,
    imageRef: env.FLY_IMAGE_REF ?? null,
    machineVersion: env.FLY_MACHINE_VERSION ?? null,
    primaryRegion: env.PRIMARY_REGION ?? null,
    clientIp: headers["fly-client-ip"] ?? null,
    headers: Object.fromEntries(platformHeaders),
  };
}

/** How much a client wants a media type: the q of the most specific entry of its Accept header that fits. */
function preference(accept, type) {
  const wanted = [type, `${type.split("/")[0]}/*`, "*/*"];
  const entries = accept.split(",").map((entry) => {
    const [name, ...parameters] = entry.trim().toLowerCase().split(/\s*;\s*/);
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    return { name, q: q === undefined ? 1 : Number(q.slice(2)) };
  });
  return wanted.map((name) => entries.find((entry) => entry.name === name)?.q).find((q) => q !== undefined) ?? 0;
}

function escapeHtml(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(text).replace(/[&<>"']/g, (character) => entities[character]);
}

function renderPage(facts) {
  const place = (code) => (code === null ? "unknown" : (CITIES[code] ?? code));
  const { headers, ...rest } = facts;
  const rows = [...Object.entries(rest), ...Object.entries(headers)]
    .map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value ?? "–")}</td></tr>`)
    .join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(facts.app ?? "Where am I")}: ${escapeHtml(place(facts.region))}</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; }
  body { max-width: 42rem; margin: 12vh auto 4rem; padding: 0 1.25rem; font: 1rem/1.5 system-ui, sans-serif; }
  h1 { margin: 0; font-size: clamp(2.25rem, 9vw, 4rem); line-height: 1.1; letter-spacing: -0.02em; }
  p { margin: 0.75rem 0 2.5rem; opacity: 0.75; }
  table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
  th, td { padding: 0.5rem 0; border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); text-align: left; vertical-align: top; }
  th { width: 11rem; padding-right: 1rem; font-weight: 500; opacity: 0.75; }
  td { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(place(facts.region))}</h1>
<p>served this request, which entered the network in ${escapeHtml(place(facts.edge))}.</p>
<table>
${rows}
</table>
</main>
</body>
</html>
`;
}

/**
 * The first requests of a fresh process run uncompiled and take milliseconds longer. This app is there to show distances,
 * so it asks itself until that is over; /health says no for that half second. `hangar dev` sets HANGAR_DEV: there, what
 * was saved is to be seen at once.
 */
async function warmUp(port) {
  const options = { host: "127.0.0.1", port, headers: { "fly-region": "iad" } };
  const ask = () => new Promise((resolve, reject) => get(options, (response) => response.resume().once("close", resolve)).once("error", reject));
  for (let count = 0; count < 1500; count += 1) await ask();
}

let ready = false;

const server = createServer((request, response) => {
  const reply = (status, type, body, headers = {}) => {
    // While shutting down, clients are told to open their next connection elsewhere.
    if (!server.listening) response.setHeader("connection", "close");
    response.writeHead(status, {
      "content-type": `${type}; charset=utf-8`,
      "content-length": Buffer.byteLength(body),
      "cache-control": "no-store",
      ...headers,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const path = request.url.split("?")[0];
  if (path !== "/" && path !== "/health") return reply(404, "text/plain", "not found\n");
  if (request.method !== "GET" && request.method !== "HEAD") return reply(405, "text/plain", "method not allowed\n", { allow: "GET, HEAD" });
  if (path === "/health") return ready ? reply(200, "text/plain", "ok") : reply(503, "text/plain", "warming up");
  const facts = describe(request.headers);
  const accept = request.headers.accept ?? "*/*";
  if (preference(accept, "text/html") > preference(accept, "application/json")) return reply(200, "text/html", renderPage(facts), { vary: "accept" });
  return reply(200, "application/json", `${JSON.stringify(facts, null, 2)}\n`, { vary: "accept" });
});

const port = Number(process.env.PORT ?? 8080);
// Without a host, Node listens on [::], which takes IPv4 too, or on 0.0.0.0 where there is no IPv6.
server.listen(port, async () => {
  console.log(`listening on port ${port}`);
  if (process.env.HANGAR_DEV === undefined) await warmUp(port);
  ready = true;
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.log(`${signal}: finishing open requests`);
    server.close(() => process.exit(0));
  });
}
