import { expect, test } from "vitest";
import { stopSignal } from "../../../../src/emulator/machines/container-spec.ts";

test("AS-08: a stop, by whoever ordered it, sends the app's own signal, else SIGINT", () => {
  expect(stopSignal({ stop: { signal: "SIGTERM" } })).toBe("SIGTERM");
  expect(stopSignal({ stop: undefined })).toBe("SIGINT");
});
