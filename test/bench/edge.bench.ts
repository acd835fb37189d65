// What the edge costs beside HAProxy, which does the same work on each head, and beside the usual proxies: processor time of
// the proxy for each request, the time it adds, and memory. `npm run bench:edge`.
import { type Bench, type BenchRow, compareInterleaved, type Contender } from "./bench.ts";
import { memoryPerIdle } from "./edge/idle.ts";
import { LARGE_BYTES, LARGE_PATH, latencyUs, type Load, sendLoad } from "./edge/load.ts";
import { type ProxyKind, type Stage, withProxies } from "./edge/stage.ts";
import { requireTools } from "./edge/tools.ts";

const RUNS = 5;
const CALM_RUNS = 7;
/** What Node.js has not compiled yet costs many times what it will: so many requests before anything is counted. */
const WARM = "-n30000";
const WARMUPS = 2;
const SECONDS = "-D1500ms";
const LARGE_MB = LARGE_BYTES / 1_000_000;
const IDLE_CONNECTIONS = 10_000;
const US_PER_REQUEST = "µs/request";

interface Case extends Omit<Load, "port"> {
  /** Arguments with which it has been done often before; absent: its own rounds do. */
  readonly warm?: readonly string[];
}

const KEPT = { args: ["--h1", "-c64", SECONDS], warm: ["--h1", "-c64", WARM] };
/** Each connection asks once; opened at a rate that all can keep up with. */
const NEW = { args: ["--h1", "-c1500", "-n1500", "-r1000"] };
const LARGE = { args: ["--h1", "-c8", SECONDS], path: LARGE_PATH };
/**
 * Long enough for the handshakes not to count. The client takes any suite; HAProxy and the edge choose AES-128-GCM, for which
 * processors have instructions.
 */
const TLS = { args: ["--h1", "-c64", "-D4s"], secure: true, warm: ["--h1", "-c64", WARM] };
const HTTP2 = { args: ["-c8", "-m16", SECONDS], secure: true };
/**
 * 200 requests a second, one every 5 ms: ten connections that are opened so far apart, each with 20 requests a second. Opened
 * at once, all ten would ask in the same instant, and what is measured would be the queue of ten.
 */
const CALM = { args: ["--h1", "-c10", "-n400", "-r1", "--rate-period=5ms", "--rps=20"] };
/** As many as a minute of that: edges in planets run what is compiled, from their start (warm-up.ts). */
const MINUTE = { args: ["--h1", "-c10", "-n12000"] };

type Measure = (stage: Stage) => Promise<BenchRow[]>;

/** Our sides, by the sockets that they use. */
const EDGES: readonly (readonly [ProxyKind, string])[] = [
  ["edge-handles", "handles"],
  ["edge", "public sockets"],
];

/** Processor time of a proxy for each request of a load. @param megabytes ... or for each megabyte, where each has so many */
function cpu(stage: Stage, kind: ProxyKind, name: string, load: Case, megabytes = 1): Contender {
  const proxy = stage.proxy(kind);
  const port = portOf(stage, kind, load);
  return {
    name,
    measure: async () => {
      const beforeMs = proxy.cpuMs();
      const requests = await sendLoad({ ...load, port });
      return ((proxy.cpuMs() - beforeMs) * 1_000) / (requests * megabytes);
    },
  };
}

function portOf(stage: Stage, kind: ProxyKind, { secure }: Case): number {
  const proxy = stage.proxy(kind);
  return secure === true ? proxy.securePort : proxy.port;
}

function beside(baseline: ProxyKind, title: string, load: Case, unit = US_PER_REQUEST, megabytes = 1): Measure {
  return async (stage) => {
    const { warm, ...rest } = load;
    if (warm !== undefined)
      for (const kind of [baseline, ...EDGES.map(([edge]) => edge)])
        await sendLoad({ ...rest, args: warm, port: portOf(stage, kind, load) });
    return compareInterleaved({
      ...{ runs: RUNS, warmups: WARMUPS, unit },
      baseline: cpu(stage, baseline, baseline, load, megabytes),
      ours: EDGES.map(([kind, sockets]) => cpu(stage, kind, `edge: ${title}, ${sockets}`, load, megabytes)),
    });
  };
}

/** What each adds to the way to the app and back, at a rate that keeps nobody busy. */
const addedLatency: Measure = async (stage) => {
  for (const kind of ["haproxy", ...EDGES.map(([edge]) => edge)] as const)
    await sendLoad({ ...MINUTE, port: stage.proxy(kind).port });
  const adds = (kind: ProxyKind, name: string): Contender => ({
    name,
    measure: async () => {
      const direct = await latencyUs({ ...CALM, port: stage.appPort });
      return (await latencyUs({ ...CALM, port: stage.proxy(kind).port })) - direct;
    },
  });
  return compareInterleaved({
    ...{ runs: CALM_RUNS, warmups: 1, unit: "µs" },
    baseline: adds("haproxy", "haproxy"),
    ours: EDGES.map(([kind, sockets]) => adds(kind, `edge: added p50 at 200/s, ${sockets}`)),
  });
};

/** One run each: what was freed between two is not given back to the kernel. */
const idleMemory: Measure = (stage) => {
  const holds = (kind: ProxyKind, name: string): Contender => ({
    name,
    measure: () => memoryPerIdle(stage.proxy(kind), IDLE_CONNECTIONS),
  });
  return compareInterleaved({
    ...{ runs: 1, warmups: 0, unit: "KB" },
    baseline: holds("haproxy", "haproxy"),
    ours: EDGES.map(([kind, sockets]) => holds(kind, `edge: memory per idle connection, ${sockets}`)),
  });
};

const CASES: readonly { readonly name: string; readonly against: ProxyKind; readonly measure: Measure }[] = [
  { name: "kept", against: "haproxy", measure: beside("haproxy", "1 KB", KEPT) },
  { name: "new", against: "haproxy", measure: beside("haproxy", "new connections", NEW) },
  { name: "large", against: "haproxy", measure: beside("haproxy", "10 MB", LARGE, "µs/MB", LARGE_MB) },
  { name: "tls", against: "haproxy", measure: beside("haproxy", "TLS", TLS) },
  { name: "http2", against: "haproxy", measure: beside("haproxy", "HTTP/2", HTTP2) },
  { name: "latency", against: "haproxy", measure: addedLatency },
  { name: "idle", against: "haproxy", measure: idleMemory },
  { name: "node", against: "node:http", measure: beside("node:http", "1 KB", KEPT) },
  { name: "http-proxy-3", against: "http-proxy-3", measure: beside("http-proxy-3", "1 KB", KEPT) },
  { name: "caddy", against: "caddy", measure: beside("caddy", "1 KB", KEPT) },
];

export const benches: readonly Bench[] = CASES.map(({ name, against, measure }) => ({
  name: `edge/${name}`,
  run: () => {
    requireTools();
    return withProxies([against, ...EDGES.map(([kind]) => kind)], measure);
  },
}));
