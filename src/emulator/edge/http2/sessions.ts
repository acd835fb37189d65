// HTTP/2 for clients: bounds what a session may ask for, and turns each of its streams into a connection of its own.
import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";
import { Head } from "../http1/head.ts";
import type { Adopt } from "../http1/listener.ts";
import { plainAddress } from "../http1/net-conn.ts";
import { renderRequestHead } from "./request-head.ts";
import { StreamConn } from "./stream-conn.ts";

/** `END_STREAM` among the flags of a HEADERS frame. */
const END_STREAM = 0x1;

/** Sent at once by a browser at most some dozens; the rest waits. */
const MAX_STREAMS = 128;
const MAX_SESSIONS = 10_000;
/** Bytes under way to us in one session, for uploads over long distances. */
const WINDOW_BYTES = 1_048_576;
/**
 * What a stream had not sent yet when it was reset counts against its session's memory (maxSessionMemory) for as long as the
 * session lives; beyond that, Node.js refuses every request. Long before, the client is asked to open another session.
 */
const SPENT_BYTES = 2_500_000;
/** The highest number of a stream there can be: none is left out. */
const ALL_STREAMS = 0x7fff_ffff;

const BOUNDS = {
  maxSessionMemory: 10,
  maxHeaderListPairs: 128,
  maxSettings: 32,
  maxOutstandingPings: 10,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  // Streams that are opened only to be reset at once (CVE-2023-44487): a burst, and then so many a second.
  streamResetBurst: 200,
  streamResetRate: 33,
  unknownProtocolTimeout: 10_000,
  strictSingleValueFields: false,
  settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: 32_768, initialWindowSize: 262_144 },
} as const;

export interface Http2Sessions {
  /** Takes over a connection on which HTTP/2 was agreed. */
  serve(socket: TLSSocket, adopt: Adopt): void;
  /** Takes no more streams; those that are open end in peace. */
  drain(): void;
  close(): void;
}

export interface Http2SessionsOptions {
  /** A session without anything moving for that long is closed. */
  readonly idleMs: number;
  /** When there are so many, the one makes room that has been without streams for longest. Absent: 10,000. */
  readonly maxSessions?: number | undefined;
}

export function createHttp2Sessions({ idleMs, maxSessions = MAX_SESSIONS }: Http2SessionsOptions): Http2Sessions {
  const sessions = new Set<ServerHttp2Session>();
  /** Those without a stream, the one that has none for longest first. */
  const idle = new Set<ServerHttp2Session>();
  const head = new Head();

  const accept = (
    stream: ServerHttp2Stream,
    flags: number,
    raw: readonly string[],
    from: string,
    adopt: Adopt,
  ): void => {
    const ended = (flags & END_STREAM) !== 0;
    const request = renderRequestHead(raw, ended);
    if (request === undefined) {
      stream.on("error", () => undefined);
      stream.respond({ ":status": 400 }, { endStream: true });
      return;
    }
    adopt(
      (connection) => new StreamConn(stream, from, request.text.startsWith("HEAD "), head, connection),
      (conn) => conn.start(request),
    );
  };

  return {
    serve(socket, adopt) {
      const from = plainAddress(socket.remoteAddress ?? "");
      const [longestIdle] = idle;
      if (sessions.size >= maxSessions) longestIdle?.destroy();
      const session = performServerHandshake(socket, BOUNDS);
      let streams = 0;
      let spentBytes = 0;
      let retiring = false;
      sessions.add(session);
      idle.add(session);
      session.setLocalWindowSize(WINDOW_BYTES);
      session.setTimeout(idleMs, () => session.close());
      session.on("error", () => undefined);
      session.once("close", () => {
        sessions.delete(session);
        idle.delete(session);
        socket.destroy();
      });
      session.on("stream", (stream, _headers, flags, raw) => {
        streams += 1;
        idle.delete(session);
        // With this stream open: a session that has said goodbye hears nothing once it has no stream.
        if (spentBytes > SPENT_BYTES && !retiring) {
          retiring = true;
          sayGoodbye(session);
        }
        stream.once("close", () => {
          streams -= 1;
          spentBytes += stream.writableLength;
          if (streams > 0 || !sessions.has(session)) return;
          if (retiring) session.close();
          else idle.add(session);
        });
        accept(stream, flags, raw, from, adopt);
      });
    },
    drain: () => {
      for (const session of sessions) session.close();
    },
    close: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

/** Asks the client to go on in another session. Requests that it has sent before it hears of that are taken (RFC 9113 §6.8). */
function sayGoodbye(session: ServerHttp2Session): void {
  session.goaway(constants.NGHTTP2_NO_ERROR, ALL_STREAMS);
  if (!session.ping(() => session.close())) session.close();
}
