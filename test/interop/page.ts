// The page that a browser is given: it asks in every way that pages can, and writes down what it got.
export const PAGE = `<!doctype html>
<title>waiting</title>
<script type="module">
const settled = {};
const attempt = async (name, work) => {
  settled[name] = await Promise.race([work(), new Promise((r) => setTimeout(r, 8000, "not in time"))]).catch(String);
};
await attempt("fetch", async () => (await (await fetch("/small")).json()).url);
await attempt("protocol", async () =>
  performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/small"))?.nextHopProtocol);
await attempt("upload", async () => (await (await fetch("/up", { method: "POST", body: new Uint8Array(3000000) })).json()).bytes);
await attempt("download", async () => (await (await fetch("/download")).arrayBuffer()).byteLength);
await attempt("many", async () => (await Promise.all(Array.from({ length: 60 }, (_, i) => fetch("/n" + i).then((r) => r.json())))).every(({ url }, i) => url === "/n" + i));
await attempt("socket", () => new Promise((resolve, reject) => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/ws");
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => { resolve(data); socket.close(); };
  socket.onerror = () => reject("error");
}));
await attempt("events", () => new Promise((resolve) => {
  const events = new EventSource("/events");
  let all = "";
  events.onmessage = ({ data }) => { all += data; if (all === "012") { events.close(); resolve(all); } };
}));
await fetch("/result", { method: "POST", body: JSON.stringify(settled) });
</script>
<body></body>
`;
