// Colours and weights of text, by the terminal's ability. NO_COLOR and FORCE_COLOR were read by the terminal already.
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Gives text a style where the stream shows it, e.g. `paint("red", "down")`. */
export type Painter = (style: Style, text: string) => string;

/** A painter for a stream that shows colours, or for one that does not. */
export function createPainter(enabled: boolean): Painter {
  return enabled ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}
