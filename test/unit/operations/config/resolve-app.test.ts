import { describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { requireApp, resolveApp } from "../../../../src/operations/config/resolve-app.ts";

const from = (app: string | undefined) => ({ appOfConfig: async () => app });
const failing = (code: "CONFIG_NOT_FOUND" | "CONFIG_SYNTAX") => ({
  appOfConfig: async (): Promise<never> => {
    throw new AppError(code, "it failed");
  },
});

describe("resolveApp", () => {
  test.each([
    [{ flag: "f", env: { HANGAR_APP: "h", FLY_APP: "e" } }, "f"],
    [{ env: { HANGAR_APP: "h", FLY_APP: "e" } }, "h"],
    [{ env: { HANGAR_APP: "", FLY_APP: "e" } }, "e"],
    [{ flag: "", env: {} }, "c"],
  ])("%j is %s", async (input, app) => {
    expect(await resolveApp({ ...input, dir: "/x" }, from("c"))).toBe(app);
  });

  test("does not read the configuration where something else names the app", async () => {
    expect(await resolveApp({ flag: "f", env: {}, dir: "/x" }, failing("CONFIG_SYNTAX"))).toBe("f");
  });

  test("is undefined without a configuration, but a broken one is an error", async () => {
    expect(await resolveApp({ env: {}, dir: "/x" }, failing("CONFIG_NOT_FOUND"))).toBeUndefined();
    await expect(resolveApp({ env: {}, dir: "/x" }, failing("CONFIG_SYNTAX"))).rejects.toMatchObject({
      code: "CONFIG_SYNTAX",
    });
  });
});

describe("requireApp", () => {
  test("says how to name one", async () => {
    await expect(requireApp({ env: {}, dir: "/x" }, from(undefined))).rejects.toMatchObject({
      code: "CONFIG_NOT_FOUND",
      suggestions: expect.arrayContaining(["pass --app NAME"]),
    });
  });
});
