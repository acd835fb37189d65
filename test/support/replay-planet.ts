// Planets of three machines that answer with instructions of the platform, for tests of routing.
import type http from "node:http";
import type { WorldMachine } from "../../src/contract/world.ts";
import { type MachineOptions, worldMachine, worldOf } from "./edge-rig.ts";
import type { EdgeSuite } from "./edge-suite.ts";
import { startEchoMachine } from "./raw-machine.ts";

export const REPLAY_REGIONS = ["ams", "iad", "nrt"];

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly bytes: number;
}
export const received = (body: string): Received => JSON.parse(body) as Received;

/** What the machine under test answers, for each request anew. */
export type Answer = (
  request: http.IncomingMessage,
) => { readonly headers: http.OutgoingHttpHeaders; readonly body?: string } | undefined;

/** One machine in each region, all of my-app unless said otherwise; `answers` by machine id. */
export async function replayPlanet(
  { edge, adopt }: Pick<EdgeSuite, "edge" | "adopt">,
  answers: Readonly<Record<string, Answer>>,
  options: Readonly<Record<string, Partial<MachineOptions>>> = {},
): Promise<Record<string, string[]>> {
  const seen: Record<string, string[]> = {};
  const machines: WorldMachine[] = [];
  for (const [index, region] of REPLAY_REGIONS.entries()) {
    const started = await startEchoMachine(`127.0.${index + 1}.2`, (request, response) => {
      const answer = answers[region]?.(request);
      if (answer === undefined) return false;
      request.resume().on("end", () => response.writeHead(409, answer.headers).end(answer.body));
      return true;
    });
    adopt(started);
    seen[region] = started.seen;
    const { host: address4, port } = started;
    machines.push(worldMachine({ id: region, region, address4, port, ...options[region] }));
  }
  await edge().apply(worldOf(1, REPLAY_REGIONS, machines));
  return seen;
}

export const replay =
  (value: string, more: http.OutgoingHttpHeaders = {}): Answer =>
  () => ({ headers: { "fly-replay": value, ...more } });
export const replayJson =
  (value: unknown): Answer =>
  () => ({
    headers: { "content-type": "application/vnd.fly.replay+json; charset=utf-8" },
    body: JSON.stringify(value),
  });
