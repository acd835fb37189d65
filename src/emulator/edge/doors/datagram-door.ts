// A UDP port of one service: each client has a machine for as long as datagrams pass, and reaches it from edge's address
// in the region where it enters (statement PH-11).
import dgram from "node:dgram";
import { AppError } from "../../../errors/app-error.ts";
import { firstCourse } from "../course.ts";
import type { LoadTracker } from "../load.ts";
import { MachineSearch, type SearchDeps, type SearchJourney } from "../machine-search.ts";
import type { Backend } from "../world-index.ts";
import type { Door } from "./door-plan.ts";
import type { OpenDoor } from "./door-keeper.ts";

/** A client that has been silent for longer may get another machine. */
const IDLE_MS = 60_000;
/** Bounds sockets and memory: a door is for the programs of one machine, or of one planet. */
const MAX_CLIENTS = 1_024;
/** Datagrams that wait for a machine to start; later ones are lost, as they may be. */
const MAX_HELD = 32;

export interface DatagramDoorDeps extends SearchDeps {
  readonly load: LoadTracker;
  /** Where a client enters. */
  entryOf(address: string): string;
  report(app: string, backend: Backend | undefined, text: string): void;
}

interface Client {
  readonly search: MachineSearch;
  held: Buffer[];
  socket: dgram.Socket | undefined;
  leave: () => void;
  lastMs: number;
}

/** @throws PORT_TAKEN, PLANET_START_FAILED */
export function openDatagramDoor(door: Door, deps: DatagramDoorDeps): Promise<OpenDoor> {
  const { app, port } = door;
  const server = dgram.createSocket(door.address.includes(":") ? "udp6" : "udp4");
  const clients = new Map<string, Client>();

  const forget = (key: string): void => {
    const client = clients.get(key);
    clients.delete(key);
    client?.search.stop();
    client?.socket?.close();
    client?.leave();
  };
  const pass = (key: string, client: Client, from: dgram.RemoteInfo, backend: Backend): void => {
    const edge4 = deps.world()?.regions.get(deps.entryOf(from.address))?.edge4;
    if (edge4 === undefined) return forget(key);
    const socket = dgram.createSocket("udp4");
    client.socket = socket;
    client.leave = deps.load.enter(backend.machine.id, backend.key);
    socket.on("message", (bytes) => {
      client.lastMs = deps.nowMs();
      server.send(bytes, from.port, from.address, () => undefined);
    });
    // A machine without a program on its port: the next datagram finds out anew.
    socket.on("error", () => forget(key));
    socket.bind({ address: edge4, port: 0 }, () => {
      if (clients.get(key) !== client) return;
      // Connected, so that nobody but the machine can answer.
      socket.connect(backend.service.internalPort, backend.machine.address4, () => {
        for (const bytes of client.held) socket.send(bytes);
        client.held = [];
      });
    });
  };
  const meet = (key: string, from: dgram.RemoteInfo): Client => {
    const journey: SearchJourney = { isFull: false, attempts: 0, candidates: undefined, step: () => undefined };
    const search: MachineSearch = new MachineSearch(
      deps,
      { region: deps.entryOf(from.address), entrance: { port } },
      journey,
      {
        found: (backend) => pass(key, client, from, backend),
        notFound: () => forget(key),
        wakeFailed: (backend, fault) => deps.report(app, backend, fault),
      },
    );
    const client: Client = { search, held: [], socket: undefined, leave: () => undefined, lastMs: deps.nowMs() };
    clients.set(key, client);
    return client;
  };

  server.on("message", (bytes, from) => {
    const key = `${from.address} ${from.port}`;
    const known = clients.get(key);
    if (known === undefined && clients.size >= MAX_CLIENTS) return;
    const client = known ?? meet(key, from);
    client.lastMs = deps.nowMs();
    const isOpen = client.socket !== undefined && client.held.length === 0;
    if (known !== undefined && isOpen) client.socket!.send(bytes, () => undefined);
    else if (client.held.length < MAX_HELD) client.held.push(bytes);
    if (known === undefined) client.search.begin(firstCourse(app, undefined));
  });
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const key of [...clients.keys()]) forget(key);
    server.close();
  };

  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      server.close();
      const code = cause.code === "EADDRINUSE" ? "PORT_TAKEN" : "PLANET_START_FAILED";
      reject(new AppError(code, `edge cannot take datagrams on ${door.address}:${door.listenPort}`, { cause }));
    });
    server.bind({ address: door.address, port: door.listenPort }, () => {
      server.removeAllListeners("error").on("error", () => undefined);
      resolve({
        sweep: () => {
          const oldestMs = deps.nowMs() - IDLE_MS;
          for (const [key, { lastMs }] of clients) if (lastMs < oldestMs) forget(key);
        },
        // Datagrams know no end.
        drain: () => {
          close();
          return Promise.resolve();
        },
        close,
      });
    });
  });
}
