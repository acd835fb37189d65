import { describe, expect, test } from "vitest";
import { hasBrowser } from "../../../src/platform/browser.ts";

describe("hasBrowser", () => {
  test.each([
    [{}, "linux", false],
    [{ DISPLAY: "" }, "linux", false],
    [{ DISPLAY: ":0" }, "linux", true],
    [{ WAYLAND_DISPLAY: "wayland-0" }, "linux", true],
    [{ WSL_DISTRO_NAME: "Debian" }, "linux", true],
    [{}, "darwin", true],
    [{ SSH_CONNECTION: "1 2 3 4" }, "darwin", false],
  ] as const)("with %j on %s: %s", (env, platform, expected) => {
    expect(hasBrowser(env, platform)).toBe(expected);
  });
});
