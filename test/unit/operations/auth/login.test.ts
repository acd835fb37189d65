import { describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { identifyToken } from "../../../../src/operations/auth/identity.ts";
import { login } from "../../../../src/operations/auth/login.ts";

const signal = new AbortController().signal;
const identity = { user: "ada", organizations: ["personal"], apps: [] };

function signIn(given: string, identify = async () => identity) {
  const kept: string[] = [];
  const store = { write: async (token: string) => (kept.push(token), "keychain" as const) };
  return { kept, result: login({ askToken: async () => given, identify, store }) };
}

describe("login", () => {
  test("keeps a token that the platform knows, without the words around it", async () => {
    const { kept, result } = signIn("FlyV1 fm2_a,fm2_b\n");
    expect(await result).toEqual({ ...identity, keptIn: "keychain" });
    expect(kept).toEqual(["fm2_a,fm2_b"]);
  });

  test.each(["", "  \n", "two words", "fo1_ä"])("does not take %j for a token", async (given) => {
    const { kept, result } = signIn(given);
    await expect(result).rejects.toMatchObject({ code: "USAGE" });
    expect(kept).toEqual([]);
  });

  test("keeps nothing that the platform refuses", async () => {
    const { kept, result } = signIn("fo1_x", () => Promise.reject(new AppError("UNAUTHORIZED", "no")));
    await expect(result).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(kept).toEqual([]);
  });
});

describe("identifyToken", () => {
  const ask = (status: number, body: string) => {
    const asked: unknown[] = [];
    const get = async (url: string, options: object) => (asked.push({ url, ...options }), { status, body });
    return { asked, result: identifyToken("fm2_a", { baseUrl: "https://api.example", get, signal }) };
  };

  test("asks with the token's scheme and sums up what is said", async () => {
    const { asked, result } = ask(
      200,
      JSON.stringify({
        tokens: [
          { user: "ada", org_slug: "personal", organization: "Ada", apps: null },
          { org_slug: "team", apps: ["shop"] },
          { org_slug: "team" },
        ],
      }),
    );
    expect(await result).toEqual({ user: "ada", organizations: ["personal", "team"], apps: ["shop"] });
    expect(asked).toEqual([
      { url: "https://api.example/v1/tokens/current", authorization: "FlyV1 fm2_a", signal: expect.anything() },
    ]);
  });

  test("knows nothing of a token that says nothing", async () => {
    expect(await ask(200, "{}").result).toEqual({ user: null, organizations: [], apps: [] });
  });

  test.each([
    [401, "{}", "UNAUTHORIZED"],
    [403, "", "UNAUTHORIZED"],
    [500, "oops", "UNREACHABLE"],
    [200, "<html>", "UNREACHABLE"],
    [200, '{"tokens":1}', "UNREACHABLE"],
  ])("an answer %i %j is %s and never has the token in it", async (status, body, code) => {
    const failure = await ask(status, body).result.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).not.toContain("fm2_a");
  });
});
