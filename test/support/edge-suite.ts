// An edge on loopback and its machines for each test of a file, with the few things that such tests do all the time.
import http from "node:http";
import { afterEach, beforeEach } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { type EdgeRig, type EdgeRigOptions, startEdgeRig } from "./edge-rig.ts";
import { startEchoMachine, type TestMachine } from "./raw-machine.ts";

export interface EdgeAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly trace: { edge: string; region?: string; machine?: string; rttMs?: number; attempts: number };
}

export interface AskOptions {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface EdgeSuite {
  edge(): EdgeRig;
  /** Another edge in place of the one that each test starts with. */
  restart(options: EdgeRigOptions): Promise<void>;
  /** A machine that answers 204 to /up while healthy, and leaves /hold unanswered. It ends with the test. */
  machine(host: string, healthy?: { now: boolean }): Promise<TestMachine>;
  /** Stops the machine when the test ends. */
  adopt(machine: TestMachine): void;
  /** Requests to /hold that wait for their answer. */
  readonly held: http.ServerResponse[];
  ask(host: string, options?: AskOptions): Promise<EdgeAnswer>;
}

/** Call it at the top of a file's tests. */
export function useEdge(): EdgeSuite {
  let edge: EdgeRig;
  const machines: TestMachine[] = [];
  const held: http.ServerResponse[] = [];

  beforeEach(async () => {
    edge = await startEdgeRig();
  });
  afterEach(async () => {
    edge.stop();
    for (const response of held.splice(0)) response.destroy();
    await Promise.all(machines.splice(0).map((started) => started.stop()));
  });

  return {
    held,
    edge: () => edge,
    async restart(options) {
      edge.stop();
      edge = await startEdgeRig(options);
    },
    async machine(host, healthy = { now: true }) {
      const started = await startEchoMachine(host, (request, response) => {
        if (request.url === "/up") response.writeHead(healthy.now ? 204 : 302, { location: "/" }).end();
        else if (request.url === "/hold") held.push(response);
        else return false;
        return true;
      });
      machines.push(started);
      return started;
    },
    adopt: (machine) => void machines.push(machine),
    ask: (host, { path = "/", method = "GET", headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const options = {
          port: edge.port,
          host: "127.0.0.1",
          agent: false,
          method,
          path,
          headers: { host, "hangar-trace": "1", ...headers },
        };
        const request = http.request(options, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (more) => (text += String(more)));
          response.on("end", () => {
            const trace = JSON.parse(String(response.headers["hangar-trace"])) as EdgeAnswer["trace"];
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, trace });
          });
        });
        request.on("error", reject);
        request.end(body);
      }),
  };
}

/** Waits for a fact. */
export async function until(what: string, fact: () => boolean): Promise<void> {
  await waitUntil(() => (fact() ? true : undefined), { what, deadlineMs: 5_000, intervalMs: 5 });
}
