// The body of an app's HTTP/2 answer as bytes of HTTP/1.1: as it is where its length was told, in chunks otherwise.
import { type ClientHttp2Stream, constants } from "node:http2";
import type { ConnListener } from "../http1/conn.ts";

/** Hands the stream's body to the listener. Its end is told only by the framing. @param active says whether it still listens */
export function relayBody(
  stream: ClientHttp2Stream,
  chunked: boolean,
  listener: ConnListener,
  active: () => boolean,
): void {
  let trailers = "";
  const pass = (bytes: Buffer): void => {
    if (active()) listener.onData(bytes, 0, bytes.length);
  };
  stream.on("data", (bytes: Buffer) => {
    if (!chunked) return pass(bytes);
    if (bytes.length === 0) return;
    pass(Buffer.from(`${bytes.length.toString(16)}\r\n`, "latin1"));
    pass(bytes);
    pass(CRLF);
  });
  stream.on("trailers", (_fields, _flags, raw: string[]) => {
    trailers = renderFields(raw);
  });
  stream.once("end", () => {
    // Node ends the body of a stream that was reset, too: only one that was ended by its sender is whole.
    if (chunked && stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted)
      pass(Buffer.from(`0\r\n${trailers}\r\n`, "latin1"));
  });
}

const CRLF = Buffer.from("\r\n");

/** Field lines from names and values in turn, without pseudo fields. */
export function renderFields(raw: readonly string[]): string {
  let lines = "";
  for (let index = 0; index + 1 < raw.length; index += 2)
    if (raw[index]?.startsWith(":") === false) lines += `${raw[index]}: ${raw[index + 1]}\r\n`;
  return lines;
}
