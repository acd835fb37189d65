import { expect, test } from "vitest";
import type { exec } from "../../../src/platform/exec.ts";
import { gitState } from "../../../src/platform/git-state.ts";
import { AppError } from "../../../src/errors/app-error.ts";

const says =
  (stdout: string, exitCode = 0): typeof exec =>
  async () => ({ exitCode, stdout, stderr: "", durationMs: 1 });
const COMMIT = "4a1c5b9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b";

test.each([
  ["clean", `# branch.oid ${COMMIT}\n# branch.head main\n`, { commit: COMMIT, branch: "main", dirty: false }],
  [
    "with a changed and an unknown file",
    `# branch.oid ${COMMIT}\n# branch.head main\n1 .M N... 100644 100644 100644 a b server.js\n? new.txt\n`,
    { commit: COMMIT, branch: "main", dirty: true },
  ],
  ["on no branch", `# branch.oid ${COMMIT}\n# branch.head (detached)\n`, { commit: COMMIT, dirty: false }],
  ["without a commit", "# branch.oid (initial)\n# branch.head main\n", undefined],
])("a folder %s", async (_, stdout, state) => {
  expect(await gitState("/app", says(stdout))).toEqual(state);
});

test("a folder in no repository, and a machine without git, have nothing to say", async () => {
  expect(await gitState("/app", says("", 128))).toBeUndefined();
  const missing = () => Promise.reject(new AppError("NOT_FOUND", "There is no program git in PATH"));
  expect(await gitState("/app", missing)).toBeUndefined();
});
