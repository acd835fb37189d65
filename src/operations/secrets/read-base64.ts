import { AppError } from "../../errors/app-error.ts";

/** The bytes of a base64 text, line ends apart. @throws USAGE; the text is in no message */
export function readBase64(text: string): Uint8Array {
  const packed = text.replaceAll(/\s/g, "");
  const bytes = Buffer.from(packed, "base64");
  if (packed === "" || bytes.toString("base64").replace(/=+$/, "") !== packed.replace(/=+$/, "")) {
    throw new AppError("USAGE", "What came on stdin is not base64", {
      suggestions: ["base64 -w0 key.bin | hangar secrets keys set NAME --type TYPE"],
    });
  }
  return bytes;
}
