// The usual ways to write a proxy in Node.js, with the header work of the edge. Arguments: which, port, port of the app.
import { randomUUID } from "node:crypto";
import http from "node:http";
import { createProxyServer } from "http-proxy-3";

const [kind, port, appPort] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
const app = { host: "127.0.0.1", port: Number(appPort), agent };

function addedToRequest(request: http.IncomingMessage): http.OutgoingHttpHeaders {
  const address = request.socket.remoteAddress ?? "";
  return {
    "fly-client-ip": address,
    "fly-forwarded-port": port,
    "fly-forwarded-proto": "http",
    "fly-forwarded-ssl": "off",
    "fly-region": "iad",
    "fly-request-id": randomUUID(),
    via: "1.1 fly.io",
    "x-forwarded-for": address,
    "x-forwarded-port": port,
    "x-forwarded-proto": "http",
    "x-forwarded-ssl": "off",
    "x-request-start": `t=${Date.now()}000`,
  };
}

function withAgent(request: http.IncomingMessage, response: http.ServerResponse): void {
  const headers = { ...request.headers, ...addedToRequest(request) };
  const { method, url } = request;
  const passed = http.request({ ...app, method, path: url, headers }, (answer) => {
    const id = headers["fly-request-id"];
    response.writeHead(answer.statusCode ?? 502, { ...answer.headers, via: "1.1 fly.io", "fly-request-id": id });
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  request.pipe(passed);
}

function withLibrary(): http.RequestListener {
  const proxy = createProxyServer({ target: `http://127.0.0.1:${appPort}`, agent });
  proxy.on("proxyReq", (passed, request) => {
    for (const [name, value] of Object.entries(addedToRequest(request))) passed.setHeader(name, value as string);
  });
  proxy.on("proxyRes", (answer) => {
    answer.headers["via"] = "1.1 fly.io";
    answer.headers["fly-request-id"] = randomUUID();
  });
  return (request, response) => proxy.web(request, response);
}

http
  .createServer(kind === "http-proxy-3" ? withLibrary() : withAgent)
  .listen({ port: Number(port), host: "127.0.0.1", backlog: 4_096 });
