// Pure: what a client's SETTINGS frame says (RFC 9113 §6.5).
import { CODE, type Code, FIRST_WINDOW, MAX_PAYLOAD_BYTES, MAX_WINDOW, SETTING, wordAt } from "./frames.ts";
import { TABLE_BYTES } from "./hpack/dynamic-table.ts";

const ENTRY_BYTES = 6;
/** There are a dozen or so. */
const MAX_ENTRIES = 32;
const MAX_FRAME_BYTES = 16_777_215;

export class ClientSettings {
  /** What may be sent on each new stream. */
  initialWindow = FIRST_WINDOW;
  /** The client has a smaller table than at the beginning: that has to be acknowledged in the next block. */
  shrinksTable = false;

  /** @returns the code of what is wrong with it */
  read(bytes: Buffer, start: number, end: number): Code {
    if ((end - start) % ENTRY_BYTES !== 0) return CODE.frameSize;
    if (end - start > MAX_ENTRIES * ENTRY_BYTES) return CODE.calm;
    for (let at = start; at < end; at += ENTRY_BYTES) {
      const value = wordAt(bytes, at + 2);
      switch ((bytes[at]! << 8) | bytes[at + 1]!) {
        case SETTING.headerTableSize:
          if (value < TABLE_BYTES) this.shrinksTable = true;
          break;
        case SETTING.enablePush:
          if (value > 1) return CODE.protocol;
          break;
        case SETTING.initialWindow:
          if (value > MAX_WINDOW) return CODE.flowControl;
          this.initialWindow = value;
          break;
        case SETTING.maxFrame:
          if (value < MAX_PAYLOAD_BYTES || value > MAX_FRAME_BYTES) return CODE.protocol;
          break;
        default:
      }
    }
    return CODE.none;
  }
}
