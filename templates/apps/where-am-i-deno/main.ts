const CITIES: Record<string, string> = {
  ams: "Amsterdam", arn: "Stockholm", bom: "Mumbai", cdg: "Paris", dfw: "Dallas", ewr: "Secaucus",
  fra: "Frankfurt", gru: "São Paulo", iad: "Ashburn", jnb: "Johannesburg", lax: "Los Angeles", lhr: "London",
  nrt: "Tokyo", ord: "Chicago", sin: "Singapore", sjc: "San Jose", syd: "Sydney", yyz: "Toronto",
};

/** What the platform says about this machine and about the way the request took. */
function describe(headers: Headers) {
  const platformHeaders = [...headers].filter(([name]) => /^(fly-|x-forwarded-|via$)/.test(name));
  return {
    app: Deno.env.get("FLY_APP_NAME") ?? null,
    region: Deno.env.get("FLY_REGION") ?? null,
    machine: Deno.env.get("FLY_MACHINE_ID") ?? null,
    edge: headers.get("fly-region"),
    requestId: headers.get("fly-request-id"),
    privateIp: Deno.env.get("FLY_PRIVATE_IP") ?? null,
    processGroup: Deno.env.get("FLY_PROCESS_GROUP") ?? null,
    imageRef: Deno.env.get("FLY_IMAGE_REF") ?? null,
    machineVersion: Deno.env.get("FLY_MACHINE_VERSION") ?? null,
    primaryRegion: Deno.env.get("PRIMARY_REGION") ?? null,
    clientIp: headers.get("fly-client-ip"),
    headers: Object.fromEntries(platformHeaders),
  };
}

/** How much a client wants a media type: the q of the most specific entry of its Accept header that fits. */
function preference(accept: string, type: string): number {
  const wanted = [type, `${type.split("/")[0]}/*`, "*/*"];
  const entries = accept.split(",").map((entry) => {
    const [name, ...parameters] = entry.trim().toLowerCase().split(/\s*;\s*/);
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    return { name, q: q === undefined ? 1 : Number(q.slice(2)) };
  });
  return wanted.map((name) => entries.find((entry) => entry.name === name)?.q).find((q) => q !== undefined) ?? 0;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function renderPage(facts: ReturnType<typeof describe>): string {
  const place = (code: string | null) => (code === null ? "unknown" : (CITIES[code] ?? code));
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

function reply(status: number, type: string, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store", ...headers },
  });
}

function handle(request: Request): Response {
  const path = new URL(request.url).pathname;
  if (path !== "/" && path !== "/health") return reply(404, "text/plain", "not found\n");
  if (request.method !== "GET" && request.method !== "HEAD") return reply(405, "text/plain", "method not allowed\n", { allow: "GET, HEAD" });
  if (path === "/health") return ready ? reply(200, "text/plain", "ok") : reply(503, "text/plain", "warming up");
  const facts = describe(request.headers);
  const accept = request.headers.get("accept") ?? "*/*";
  if (preference(accept, "text/html") > preference(accept, "application/json")) return reply(200, "text/html", renderPage(facts), { vary: "accept" });
  return reply(200, "application/json", `${JSON.stringify(facts, null, 2)}\n`, { vary: "accept" });
}

const port = Number(Deno.env.get("PORT") ?? 8080);

/** [::] takes IPv4 too; where there is no IPv6, it cannot be bound. */
function serve() {
  const onListen = () => console.log(`listening on port ${port}`);
  try {
    return Deno.serve({ port, hostname: "::", onListen }, handle);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
    return Deno.serve({ port, hostname: "0.0.0.0", onListen }, handle);
  }
}

/**
 * The first requests of a fresh process run uncompiled and take milliseconds longer. This app is there to show distances,
 * so it asks itself until that is over; /health says no for that second. `hangar dev` sets HANGAR_DEV: there, what was
 * saved is to be seen at once.
 */
async function warmUp(): Promise<void> {
  const headers = { "fly-region": "iad", connection: "close" };
  for (let count = 0; count < 1500; count += 1) await (await fetch(`http://127.0.0.1:${port}/`, { headers })).body?.cancel();
}

let ready = false;
const server = serve();
const isReady = Deno.env.get("HANGAR_DEV") === undefined ? warmUp() : Promise.resolve();
isReady.finally(() => {
  ready = true;
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    console.log(`${signal}: finishing open requests`);
    await server.shutdown();
    Deno.exit(0);
  });
}
