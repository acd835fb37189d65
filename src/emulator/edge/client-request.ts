// What the edge keeps of a client's request once the bytes of its head are gone.
import type { Entrance } from "./dispatcher.ts";
import type { HostEntry } from "./host-entries.ts";
import type { HttpFeatures } from "./http-features.ts";
import type { CacheQuestion } from "./replay/cache.ts";

export interface ClientRequest {
  readonly app: string;
  /** The entry region. */
  readonly region: string;
  readonly entrance: Entrance;
  /** What holds for all requests that enter as this one does. */
  readonly place: HostEntry;
  readonly host: string;
  readonly address: string;
  readonly clientPort: number;
  readonly forwardedFor: string | undefined;
  /** Only where responses may be compressed. */
  readonly acceptEncoding: string | undefined;
  /** How much of its way the client wants to hear about. */
  readonly trace: "short" | "full" | undefined;
  /** The client does not want to be answered from the replay cache (RC-09). */
  readonly skipsCache: boolean;
  /** It announces a body that is larger than what may be replayed (RP-07), however much of it has come. */
  readonly isLarge: boolean;
  readonly startMs: number;
  /** What the replay cache is to be asked; undefined where it has nothing to say. */
  readonly question: CacheQuestion | undefined;
  readonly features: HttpFeatures | undefined;
}

/** The question for the replay cache about a request without a session. */
export function plainQuestion(app: string, host: string, target: string): CacheQuestion {
  return { app, host: host.replace(/:\d*$/, "").toLowerCase(), path: target.split("?", 1)[0]!, session: undefined };
}

/** The question for the replay cache about a client's request. */
export function questionOf({ app, host, question }: ClientRequest, target: string): CacheQuestion {
  return question ?? plainQuestion(app, host, target);
}
