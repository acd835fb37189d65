// Adapter: asks the container's own resolvers for names that are not ours. Bounded in time and in number.
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { createLengthSplitter, withLength } from "./stream.ts";

/** Passes a whole DNS message on and answers with what came back, or with undefined when nothing did in time. */
export type Forward = (message: Buffer, transport: "udp" | "tcp") => Promise<Buffer | undefined>;

export interface ForwarderDeps {
  /** IPv4 or IPv6 addresses; only the first is asked, as it is Docker's own resolver in any container of a planet. */
  readonly resolvers: readonly string[];
  readonly timer: (afterMs: number, run: () => void) => () => void;
}

const TIMEOUT_MS = 2_000;
/** More at a time are not passed on: a machine that floods wan must not make it run out of sockets. */
const MAX_IN_FLIGHT = 256;

/** Makes a forwarder; each question gets a socket of its own, so that answers cannot be mixed up or guessed. */
export function createForwarder({ resolvers, timer }: ForwarderDeps): Forward {
  let inFlight = 0;
  return async (message, transport) => {
    const [resolver] = resolvers;
    if (resolver === undefined || inFlight >= MAX_IN_FLIGHT) return undefined;
    inFlight += 1;
    try {
      return await (transport === "udp" ? askUdp(resolver, message, timer) : askTcp(resolver, message, timer));
    } finally {
      inFlight -= 1;
    }
  };
}

type Timer = ForwarderDeps["timer"];

function askUdp(resolver: string, message: Buffer, timer: Timer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(resolver.includes(":") ? "udp6" : "udp4");
    const cancel = timer(TIMEOUT_MS, () => finish(undefined));
    let finished = false;
    const finish = (answer: Buffer | undefined): void => {
      if (finished) return;
      finished = true;
      cancel();
      socket.close();
      resolve(answer);
    };
    socket.once("error", () => finish(undefined));
    socket.on("message", (answer) => {
      if (isAnswerTo(message, answer)) finish(answer);
    });
    socket.connect(53, resolver, () => socket.send(message));
  });
}

function askTcp(resolver: string, message: Buffer, timer: Timer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: resolver, port: 53 });
    const cancel = timer(TIMEOUT_MS, () => finish(undefined));
    const split = createLengthSplitter();
    const finish = (answer: Buffer | undefined): void => {
      cancel();
      socket.destroy();
      resolve(answer);
    };
    socket.once("error", () => finish(undefined));
    socket.once("close", () => finish(undefined));
    socket.on("data", (chunk: Buffer) => {
      const answer = split(chunk).find((candidate) => isAnswerTo(message, candidate));
      if (answer !== undefined) finish(answer);
    });
    socket.write(withLength(message));
  });
}

function isAnswerTo(query: Buffer, answer: Buffer): boolean {
  return answer.length >= 12 && answer.readUInt16BE(0) === query.readUInt16BE(0) && (answer[2]! & 0x80) !== 0;
}

/** The resolvers of a resolv.conf, in its order. */
export function parseResolvers(resolvConf: string): string[] {
  return resolvConf.split("\n").flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
}
