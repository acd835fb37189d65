import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/contract/machine.ts";
import { deploySecrets } from "../../../../src/operations/secrets/change-secrets.ts";
import { diffSecrets, digestOf } from "../../../../src/operations/secrets/diff-secrets.ts";
import { readAssignments, readEnvText, readNames } from "../../../../src/operations/secrets/read-values.ts";
import { secretStatus } from "../../../../src/operations/secrets/secret-status.ts";
import { silentProgress } from "../../../support/silent-progress.ts";

/** ULIDs of two moments: 2016-07-30T23:54:10.259Z and 2026-01-01T00:00:00Z. */
const OLD = "01ARYZ6S410000000000000000";
const NEW = "01KDVF1000ZZZZZZZZZZZZZZZZ";
const machine = (id: string, version: string, state: Machine["state"] = "started"): Machine => ({
  id,
  name: id,
  state,
  region: "iad",
  instance_id: version,
  private_ip: "",
  config: { image: "x" },
  created_at: "",
  updated_at: "2016-07-30T23:54:10Z",
  events: [],
});
const CHANGED = "2020-01-01T00:00:00Z";

test("a secret is in force on machines whose version is newer", () => {
  expect(secretStatus(CHANGED, [])).toBe("staged");
  expect(secretStatus(CHANGED, [machine("1", OLD)])).toBe("staged");
  expect(secretStatus(CHANGED, [machine("1", OLD), machine("2", NEW)])).toBe("partial");
  expect(secretStatus(CHANGED, [machine("2", NEW)])).toBe("deployed");
  expect(secretStatus(CHANGED, [machine("3", "no ulid")])).toBe("staged");
});

test("a deploy replaces the machines that lack something, and starts none that does not run", async () => {
  const log: unknown[] = [];
  const machines = [machine("1", OLD), machine("2", NEW), machine("3", OLD, "stopped")];
  const done = await deploySecrets(
    { app: "a", version: 7, force: false, waitMs: 1_000 },
    {
      secrets: { list: async () => [{ name: "A", digest: "d", updated_at: CHANGED }] },
      machines: {
        list: async () => machines,
        update: async (_app, id, body) => {
          log.push([id, body.current_version, body.min_secrets_version, body.skip_launch ?? false]);
          return machine(id, "next");
        },
        wait: async (_app, id, { instanceId }) => void log.push(["wait", id, instanceId]),
      },
      progress: silentProgress,
    },
  );
  expect(done).toEqual(["1", "3"]);
  expect(log).toEqual([
    ["1", OLD, 7, false],
    ["wait", "1", "next"],
    ["3", OLD, 7, true],
  ]);
});

test("a difference is told by digest", async () => {
  const list = async () => [
    { name: "SAME", digest: digestOf("v") },
    { name: "THERE", digest: "x" },
    { name: "CHANGED", digest: "x" },
  ];
  expect(await diffSecrets("a", { SAME: "v", CHANGED: "v", HERE: "v" }, { list })).toEqual([
    { name: "CHANGED", difference: "changed" },
    { name: "HERE", difference: "only here" },
    { name: "SAME", difference: "same" },
    { name: "THERE", difference: "only there" },
  ]);
});

describe("values", () => {
  const stdin = async (): Promise<string> => "from stdin\n";

  test("come from arguments and, once, from stdin", async () => {
    expect(await readAssignments(["A=1=2", "B=-"], stdin)).toEqual({ A: "1=2", B: "from stdin" });
    expect(await readAssignments(["B"], stdin)).toEqual({ B: "from stdin" });
    await expect(readAssignments(["A=-", "B=-"], stdin)).rejects.toMatchObject({ code: "USAGE" });
    await expect(readAssignments([], stdin)).rejects.toMatchObject({ code: "USAGE" });
  });

  test("stand in no message, not even in the place of a name", async () => {
    await expect(readAssignments(["a-very-long-secret-value=x"], stdin)).rejects.toThrow(/^"a-very-l…" cannot/);
    expect(() => readNames(["not a name"])).toThrow("cannot be the name");
  });

  test("come from .env files as dotenv reads them", async () => {
    const text = `# c\r\nexport A = 'x y' # c\r\nB="a\\nb"\r\nC="l1\nl2"\r\nD=un quoted # c\r\n`;
    expect(await readEnvText(text)).toEqual({ A: "x y", B: "a\nb", C: "l1\nl2", D: "un quoted" });
    await expect(readEnvText("# nothing\n")).rejects.toMatchObject({ code: "USAGE" });
  });
});
