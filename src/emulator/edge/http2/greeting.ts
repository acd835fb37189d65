// What we tell each client of ourselves before anything else (RFC 9113 §3.4).
import { FRAME, FRAME_HEAD_BYTES, SETTING } from "./frames.ts";
import { MAX_LIST_BYTES } from "./hpack/decoder.ts";
import { STREAM_WINDOW } from "./request-body.ts";
import { MAX_STREAMS } from "./session-frames.ts";

/** The first that a client hears of us. */
export const GREETING = settingsFrame([
  [SETTING.maxStreams, MAX_STREAMS],
  [SETTING.initialWindow, STREAM_WINDOW],
  [SETTING.maxHeaderList, MAX_LIST_BYTES],
]);

function settingsFrame(entries: readonly (readonly [id: number, value: number])[]): Buffer {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + entries.length * 6);
  frame[2] = entries.length * 6;
  frame[3] = FRAME.settings;
  entries.forEach(([id, value], index) => {
    frame.writeUInt16BE(id, FRAME_HEAD_BYTES + index * 6);
    frame.writeUInt32BE(value, FRAME_HEAD_BYTES + index * 6 + 2);
  });
  return frame;
}
