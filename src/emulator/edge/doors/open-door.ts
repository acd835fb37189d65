// Opens the listener that a door needs: HTTP, raw bytes, or datagrams, perhaps under TLS.
import net from "node:net";
import type { WorldRegion } from "../../../contract/world.ts";
import { createDispatcher, type DispatcherDeps, type Entrance } from "../dispatcher.ts";
import { resolveEntry } from "../entry-region.ts";
import type { TlsOptions } from "../http-features.ts";
import type { ClientDeps, ClientPolicy } from "../http1/client-policy.ts";
import type { Conn, ConnListener } from "../http1/conn.ts";
import { createListener, type ListenerPolicy, type Transport } from "../http1/listener.ts";
import { plainAddress } from "../http1/net-conn.ts";
import { acceptedConn } from "../http1/net-conn.ts";
import type { Sockets } from "../http1/sockets.ts";
import type { Http2Sessions } from "../http2/sessions.ts";
import { StreamConn } from "../http2/stream-conn.ts";
import type { SearchDeps } from "../machine-search.ts";
import { RawClientConn } from "../stream/raw-client-conn.ts";
import { secureHttpTransport } from "../tls/secure-http.ts";
import { createTlsServer, type TlsServerDeps } from "../tls/tls-server.ts";
import { openDatagramDoor } from "./datagram-door.ts";
import type { OpenDoor } from "./door-keeper.ts";
import { type Door, regionOf } from "./door-plan.ts";
import { createPostgresServer } from "./postgres-start.ts";

export interface DoorDeps {
  readonly sockets: Sockets;
  readonly relay: ClientDeps;
  readonly policy: Pick<ListenerPolicy, "headLimits" | "timeLimits" | "maxConnections" | "refusalLines">;
  readonly http: DispatcherDeps;
  /** The same with a world of raw TCP services. */
  readonly streams: DispatcherDeps;
  readonly datagrams: SearchDeps;
  readonly sessions: Http2Sessions;
  readonly tls: Pick<TlsServerDeps, "certificates" | "versionOf" | "log"> & {
    /** A certificate that nobody vouches for, with its key. */
    selfSigned(name: string): Promise<{ readonly certificate: string; readonly key: string }>;
  };
}

/** @throws PORT_TAKEN, PLANET_START_FAILED */
export async function openDoor(door: Door, deps: DoorDeps): Promise<OpenDoor> {
  const regions = (): Iterable<WorldRegion> => deps.http.world()?.regions.values() ?? [];
  const home = (): string => deps.http.world()?.home ?? "local";
  const entryOf = (address: string): string =>
    (door.flycast === undefined ? undefined : regionOf(plainAddress(address), regions())) ?? home();
  if (door.speaks === "datagrams")
    return openDatagramDoor(door, { ...deps.datagrams, entryOf, report: deps.http.report });

  const base = { port: door.port, secure: door.security !== "none", app: door.app };
  const entrance: Entrance = {
    ...{ ...base, version: "1.1", raw: door.speaks === "raw" },
    ...(door.flycast === undefined ? {} : { address: door.flycast }),
  };
  const dispatcherDeps = door.speaks === "raw" ? deps.streams : deps.http;
  const accepts = new Map<string, ClientPolicy["accept"]>();
  const acceptAt = (region: string, version: string): ClientPolicy["accept"] => {
    const key = `${region} ${version}`;
    const known = accepts.get(key);
    if (known !== undefined) return known;
    const made = createDispatcher(dispatcherDeps, { ...entrance, region, version });
    accepts.set(key, made);
    return made;
  };
  const { headersReadTimeoutMs: headMs } = door.options.httpOptions ?? {};
  const { timeLimits } = deps.policy;
  const tls = await tlsOf(door, deps.tls);
  const listener = createListener(
    {
      ...deps.policy,
      timeLimits: {
        ...timeLimits,
        // Nobody says when raw bytes have to come: the kernel finds out about clients that are gone.
        ...(door.speaks === "raw" ? { exchangeIdleMs: Infinity, tunnelIdleMs: Infinity } : {}),
        ...(headMs === undefined ? {} : { headMs }),
      },
      accept: (exchange, head, bytes, conn) => {
        const region = (conn instanceof RawClientConn ? conn.region : undefined) ?? entryOf(conn.remoteAddress);
        return acceptAt(region, conn instanceof StreamConn ? "2" : "1.1")(exchange, head, bytes, conn);
      },
    },
    deps.relay,
    door.speaks === "raw" ? rawTransport(door, tls, home) : httpTransport(door, tls, deps),
  );
  await listener.listen(door.address, door.listenPort);
  return listener;
}

function httpTransport(door: Door, tls: TlsServerDeps, { sockets, sessions }: DoorDeps): Transport {
  if (door.security === "none") return sockets.transport;
  const options = (): TlsOptions | undefined => door.options.tlsOptions;
  return secureHttpTransport({
    ...{ sockets, sessions, createServer: (opened) => createTlsServer({ ...tls, options }, opened) },
  });
}

function rawTransport(door: Door, tls: TlsServerDeps, home: () => string): Transport {
  return (adopt) => {
    const adoptRaw = (open: (listener: ConnListener) => Conn, region?: string): void =>
      adopt(
        (connection) => new RawClientConn(open, connection, region),
        (conn) => conn.start(),
      );
    const plain = (socket: net.Socket): void => adoptRaw((listener) => acceptedConn(socket, listener));
    if (door.security === "none") return rawServer(plain);
    const options = (): TlsOptions => ({ alpn: [], ...door.options.tlsOptions });
    const secure = createTlsServer({ ...tls, options }, ({ serverName, open }) =>
      adoptRaw(open, regionIn(serverName, home())),
    );
    const shake = (socket: net.Socket): void => secure.shake((listener) => acceptedConn(socket, listener));
    return door.security === "tls" ? rawServer(shake) : createPostgresServer({ plain, secure: shake });
  };
}

/** A name under which this machine is reached says nothing of the app; a door knows its app without. */
async function tlsOf(
  door: Door,
  { certificates, versionOf, selfSigned, log }: DoorDeps["tls"],
): Promise<TlsServerDeps> {
  const { defaultSelfSigned = false } = door.options.tlsOptions ?? {};
  return {
    ...{ certificates, log, versionOf: (name) => (name === "localhost" ? "" : versionOf(name)) },
    unnamed: defaultSelfSigned && door.security !== "none" ? await selfSigned(`${door.app}.fly.dev`) : undefined,
  };
}

function rawServer(opened: (socket: net.Socket) => void): net.Server {
  return net.createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, opened);
}

/** The region that a name of the form `region.app.localhost` asks for. */
function regionIn(name: string, home: string): string | undefined {
  const entry = resolveEntry(name, undefined, home);
  return entry.kind === "entered" && name.split(".")[0] === entry.region ? entry.region : undefined;
}
