// Takes clients' requests: reads from each where it enters and what it wants, and hands it to a Dispatch of its own.
import type { BackhaulProtocol } from "./backhaul.ts";
import { type ClientRequest, plainQuestion } from "./client-request.ts";
import { Dispatch } from "./dispatch.ts";
import { createHostEntries } from "./host-entries.ts";
import type { ClientPolicy } from "./http1/client-policy.ts";
import { FIELD } from "./http1/field-names.ts";
import { LastText } from "./http1/last-text.ts";
import { REPLAY_BYTES } from "./http1/replay-buffer.ts";
import type { LoadTracker } from "./load.ts";
import { DROPPED_FROM_REQUEST } from "./platform-fields.ts";
import type { RegionActivator } from "./region-activator.ts";
import type { CacheQuestion, ReplayCache } from "./replay/cache.ts";
import { readSession } from "./replay/session.ts";
import type { RequestLog } from "./request-log.ts";
import type { RetryRounds } from "./retry-rounds.ts";
import type { createTargets } from "./targets.ts";
import type { WaitingRoom } from "./waiting-room.ts";
import type { Waker } from "./waker.ts";
import { readWish } from "./wishes.ts";
import type { Backend, WorldIndex } from "./world-index.ts";

/** What a listener is, as far as its requests differ by it. */
export interface Entrance {
  /** The public port that its clients mean. */
  readonly port: number;
  readonly secure: boolean;
  /** The HTTP version that its clients speak: `1.1`, `2`. */
  readonly version: string;
  /** All its requests are for this app, whatever host name they give. */
  readonly app?: string;
  /** ... and enter here. */
  readonly region?: string;
  /** The app's own address, where its clients connect to one. */
  readonly address?: string;
  /** Its clients' bytes pass as they are. */
  readonly raw?: boolean;
}

export interface DispatcherDeps {
  /** The world in force, or undefined before the first. */
  world(): WorldIndex | undefined;
  isHealthy(backend: Backend): boolean;
  readonly load: LoadTracker;
  readonly waiting: WaitingRoom;
  readonly retries: RetryRounds;
  readonly activator: RegionActivator;
  readonly waker: Pick<Waker, "wake" | "isWaking">;
  readonly replays: ReplayCache;
  readonly requests: RequestLog;
  readonly protocol: BackhaulProtocol;
  readonly targetOf: ReturnType<typeof createTargets>;
  /** Value of the Server field. */
  readonly server: string;
  requestId(region: string): string;
  nowMs(): number;
  monotonicMs(): number;
  timer(afterMs: number, run: () => void): () => void;
  random(): number;
  log(text: string): void;
  /** A line for the app's log. */
  report(app: string, backend: Backend | undefined, text: string): void;
}

/** What the trace field may ask for: where the request went, or why, too. */
const TRACES: ReadonlyMap<string, "short" | "full"> = new Map([
  ["1", "short"],
  ["full", "full"],
]);

/** Accepts requests of clients that came in by one entrance. */
export function createDispatcher(deps: DispatcherDeps, entrance: Entrance): ClientPolicy["accept"] {
  const entryOf = createHostEntries(entrance, deps.server);
  const lastHost = new LastText();

  return (exchange, head, bytes, conn) => {
    const world = deps.world();
    const named = lastHost.of(bytes, head.hostStart, head.hostEnd);
    const place = entryOf(named, head.valueOf(bytes, FIELD.clientRegion), world);
    const { host, app, region, refusal, features } = place;
    const { target } = exchange.request;
    let question: CacheQuestion | undefined;
    if (deps.replays.size > 0 || (features !== undefined && features.replayCache.length > 0)) {
      const plain = plainQuestion(app, host, target);
      const session = features === undefined ? undefined : readSession(features.replayCache, plain, head, bytes);
      question = { ...plain, session };
    }
    const client: ClientRequest = {
      app,
      region,
      entrance,
      place,
      host,
      address: conn.remoteAddress,
      clientPort: conn.remotePort ?? 0,
      forwardedFor: head.joinedValuesOf(bytes, FIELD.forwardedFor),
      acceptEncoding: features?.compress === true ? head.joinedValuesOf(bytes, FIELD.acceptEncoding) : undefined,
      trace: head.has(FIELD.trace) ? TRACES.get(head.valueOf(bytes, FIELD.trace)!) : undefined,
      skipsCache: head.has(FIELD.cacheControl) && /^\s*skip\s*$/i.test(head.valueOf(bytes, FIELD.cacheControl)!),
      isLarge: head.contentLength > REPLAY_BYTES,
      startMs: deps.nowMs(),
      question,
      features,
    };
    const owner = new Dispatch(
      deps,
      exchange,
      client,
      readWish(head, bytes),
      world === undefined ? { status: 503, body: "" } : refusal,
    );
    // HTTP/1.0 needs no host where the port says which app is meant; what the app gets is HTTP/1.1.
    const added = head.hostEnd > 0 ? "" : `host: ${app}.fly.dev\r\n`;
    const fieldLines = refusal === undefined ? added + head.keptLines(bytes, DROPPED_FROM_REQUEST) : "";
    return { owner, fieldLines, idleMs: features?.idleMs };
  };
}
