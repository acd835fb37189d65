// Finds a machine for each client's request: enters it, asks the routing core, forwards, and tries again elsewhere when
// a machine cannot be reached. The bytes are relayed by http1/.
import type { BackhaulProtocol } from "./backhaul.ts";
import { explainEntry, explainUnknownApp, type EdgeError } from "./edge-errors.ts";
import { resolveEntry } from "./entry-region.ts";
import type { ClientPolicy } from "./http1/client-connection.ts";
import type { Exchange } from "./http1/exchange.ts";
import type { ExchangeOwner } from "./http1/exchange-roles.ts";
import { FIELD } from "./http1/field-names.ts";
import type { Head } from "./http1/head.ts";
import { isIdempotent } from "./http1/request-line.ts";
import type { UpstreamFault } from "./http1/upstream-connection.ts";
import type { LoadTracker } from "./load.ts";
import {
  DROPPED_FROM_REQUEST,
  DROPPED_FROM_RESPONSE,
  renderRequestFields,
  renderResponseFields,
} from "./platform-fields.ts";
import type { Preconnector } from "./preconnect.ts";
import type { RegionActivator } from "./region-activator.ts";
import { route } from "./route.ts";
import { resolveTarget, type Pools } from "./targets.ts";
import type { WaitingRoom } from "./waiting-room.ts";
import type { Backend, WorldIndex } from "./world-index.ts";

/** Machines tried for one request before it is given up. */
const MAX_ATTEMPTS = 10;
/** Long enough for a burst to pass, shorter than clients' own patience. */
const SLOT_WAIT_MS = 30_000;
/** The platform blocks until a machine is healthy (LB-17); here a person waits for an answer that says what is wrong. */
const HEALTH_WAIT_MS = 8_000;

export interface DispatcherDeps {
  /** The world in force, or undefined before the first. */
  world(): WorldIndex | undefined;
  isHealthy(backend: Backend): boolean;
  readonly load: LoadTracker;
  readonly waiting: WaitingRoom;
  readonly activator: RegionActivator;
  readonly protocol: BackhaulProtocol;
  readonly pools: Pools;
  readonly preconnector: Pick<Preconnector, "prepare">;
  readonly backhaulPort: number;
  /** Value of the Server field. */
  readonly server: string;
  requestId(region: string): string;
  nowMs(): number;
  random(): number;
  log(text: string): void;
}

/** Accepts requests of clients. */
export function createDispatcher(deps: DispatcherDeps): ClientPolicy["accept"] {
  return (exchange, head, bytes, conn) => {
    const world = deps.world();
    const home = world?.home ?? "local";
    const host = bytes.toString("latin1", head.hostStart, head.hostEnd);
    const entry = resolveEntry(host, head.valueOf(bytes, FIELD.clientRegion), home);
    const entered = entry.kind === "entered" ? entry : { app: "", region: home };
    const refusal = entry.kind === "entered" ? undefined : explainEntry(entry);
    const client = {
      ...entered,
      address: conn.remoteAddress,
      secure: conn.secure,
      forwardedFor: head.joinedValuesOf(bytes, FIELD.forwardedFor),
      traced: head.valueOf(bytes, FIELD.trace) === "1",
      startUs: deps.nowMs() * 1_000,
    };
    const owner = new Dispatch(deps, exchange, client, world === undefined ? { status: 503, body: "" } : refusal);
    return { owner, fieldLines: refusal === undefined ? head.keptLines(bytes, DROPPED_FROM_REQUEST) : "" };
  };
}

interface ClientRequest {
  readonly app: string;
  /** The entry region. */
  readonly region: string;
  readonly address: string;
  readonly secure: boolean;
  readonly forwardedFor: string | undefined;
  readonly traced: boolean;
  readonly startUs: number;
}

/** One request on its way to a machine. */
class Dispatch implements ExchangeOwner {
  readonly dropped = DROPPED_FROM_RESPONSE;
  readonly #requestId: string;
  readonly #deps: DispatcherDeps;
  readonly #exchange: Exchange;
  readonly #client: ClientRequest;
  readonly #refusal: EdgeError | undefined;
  readonly #excluded = new Set<string>();
  #attempts = 0;
  #activated = false;
  #backend: Backend | undefined;
  #rttMs = 0;
  #leaveMachine: (() => void) | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(deps: DispatcherDeps, exchange: Exchange, client: ClientRequest, refusal: EdgeError | undefined) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#client = client;
    this.#refusal = refusal;
    this.#requestId = deps.requestId(client.region);
  }

  start(): void {
    if (this.#refusal === undefined) this.#decide();
    else this.#reply(this.#refusal.status, this.#refusal.body);
  }

  failed(fault: UpstreamFault, repeatable: boolean): void {
    const machine = this.#backend?.machine;
    this.#deps.log(
      `${this.#requestId} ${this.#client.app}: machine ${machine?.id ?? "?"} ${explainFault(fault, this.#backend)}`,
    );
    this.#leave();
    if (machine !== undefined) this.#excluded.add(machine.id);
    if (repeatable && this.#attempts < MAX_ATTEMPTS) this.#decide();
    else this.#reply(502);
  }

  inspect(head: Head, bytes: Buffer): UpstreamFault | undefined {
    const viaBackhaul = this.#backend?.machine.region !== this.#client.region;
    return viaBackhaul ? this.#deps.protocol.readReport(head, bytes) : undefined;
  }

  requestLines(): string {
    const { address: clientAddress, forwardedFor, region, secure, startUs } = this.#client;
    const publicAddress = this.#deps.world()?.regions.get(region)?.edge4 ?? clientAddress;
    return renderRequestFields({
      clientAddress,
      forwardedFor,
      region,
      publicAddress,
      requestId: this.#requestId,
      secure,
      startUs,
    });
  }

  responseLines(): string {
    const machine = this.#backend?.machine;
    const trace = {
      edge: this.#client.region,
      ...(machine === undefined ? {} : { region: machine.region, machine: machine.id, rttMs: this.#rttMs }),
      attempts: this.#attempts,
    };
    return renderResponseFields(this.#deps.server, this.#requestId, this.#client.traced ? trace : undefined);
  }

  finished(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#leave();
  }

  /** @returns false where the request still has to wait for the same */
  #decide(alreadyWaiting = false): boolean {
    const { world, load, isHealthy, random } = this.#deps;
    const view = { world: world()!, load: load.of, isHealthy, random, excluded: this.#excluded };
    const decision = route({ app: this.#client.app }, view, this.#client.region);
    switch (decision.kind) {
      case "forward":
        this.#forward(decision.backend, decision.rttMs);
        return true;
      case "activate":
        this.#activate(decision.region);
        return true;
      case "wait":
        if (!alreadyWaiting) this.#wait(decision.for === "a slot" ? SLOT_WAIT_MS : HEALTH_WAIT_MS);
        return false;
      default:
        if (decision.code === "no-such-app") {
          const { status, body } = explainUnknownApp(this.#client.app);
          this.#reply(status, body);
        } else this.#reply(decision.code === "all-failed" ? 502 : 503);
        return true;
    }
  }

  #forward(backend: Backend, rttMs: number): void {
    const { regions } = this.#deps.world()!;
    const entry = regions.get(this.#client.region);
    const region = regions.get(backend.machine.region);
    if (entry === undefined || region === undefined) return this.#reply(503);
    this.#backend = backend;
    this.#rttMs = rttMs;
    this.#attempts += 1;
    this.#leaveMachine = this.#deps.load.enter(backend.machine.id, backend.key);
    const { backhaulPort, protocol, pools, preconnector } = this.#deps;
    const idempotent = isIdempotent(this.#exchange.request.method);
    this.#exchange.forward(
      resolveTarget({
        backend,
        idempotent,
        entry,
        region,
        rttMs,
        backhaulPort,
        protocol,
        pools,
        prepare: preconnector.prepare,
      }),
    );
    return undefined;
  }

  #activate(region: string): void {
    if (this.#activated) return this.#reply(503);
    this.#activated = true;
    this.#stopWaiting = this.#deps.activator.activate(region, (active) => {
      this.#stopWaiting = undefined;
      if (active) this.#decide();
      else this.#reply(503);
    });
    return undefined;
  }

  #wait(durationMs: number): void {
    const stop = this.#deps.waiting.enter({
      app: this.#client.app,
      deadlineMs: this.#deps.nowMs() + durationMs,
      retry: () => this.#decide(true),
      expire: () => this.#reply(503),
    });
    this.#stopWaiting = stop;
    if (stop === undefined) this.#reply(503);
  }

  #reply(status: number, body = ""): void {
    this.#exchange.reply(status, this.responseLines(), body);
  }

  #leave(): void {
    const leave = this.#leaveMachine;
    if (leave === undefined) return;
    this.#leaveMachine = undefined;
    leave();
    this.#deps.waiting.changed(this.#client.app);
  }
}

/** In the platform's words where it has some. */
function explainFault(fault: UpstreamFault, backend: Backend | undefined): string {
  const port = backend?.service.internalPort ?? 0;
  switch (fault) {
    case "refused":
      return `[PC01] instance refused connection. is your app listening on 0.0.0.0:${port}? make sure it is not only listening on 127.0.0.1`;
    case "reset":
      return "[PC03] connection reset";
    case "timeout":
      return "[PC05] connection timed out";
    case "unreachable":
      return "[PU03] host unreachable";
    case "handshake":
      return "[PU01] h2c handshake failed: the app does not speak HTTP/2 in the clear (h2_backend)";
    case "broken":
      return "[PU02] closed the connection before it answered";
    default:
      return "[PU04] answered with something that is not HTTP/1.1";
  }
}
