import { afterEach, describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import type { DevEvent } from "../../../../src/operations/dev/dev-events.ts";
import type { FileChange } from "../../../../src/operations/dev/plan-change.ts";
import type { DevProject } from "../../../../src/operations/dev/read-project.ts";
import { runDev } from "../../../../src/operations/dev/run-dev.ts";
import { systemClock } from "../../../../src/platform/clock.ts";

const PATIENTLY = { timeout: 20_000 };
const PROJECT: DevProject = {
  configuration: new Set(["fly.toml"]),
  placementOf: (file) => {
    if (file.endsWith(".md")) return { kind: "outside" };
    return file === "package.json" ? { kind: "built" } : { kind: "copied", paths: [`/app/${file}`] };
  },
  ignores: (file) => file.startsWith("tmp/"),
  skips: () => false,
  syncs: true,
};

interface Started {
  readonly events: DevEvent[];
  /** What was done, in words. */
  readonly done: string[];
  change(...paths: string[]): void;
  remove(path: string): void;
  end(): Promise<unknown>;
}

const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.end();
});

/** A run whose work is a list; a sync or deploy that is not answered succeeds. */
async function start(answers: Record<string, (signal: AbortSignal) => Promise<void>> = {}): Promise<Started> {
  const abort = new AbortController();
  const events: DevEvent[] = [];
  const done: string[] = [];
  let tell: (change: FileChange) => void = () => undefined;
  const act = async (what: string, signal: AbortSignal): Promise<void> => {
    done.push(what);
    await answers[what]?.(signal);
  };
  const running = runDev({
    project: async () => {
      done.push("read");
      return PROJECT;
    },
    deploy: (fresh) => act(fresh ? "deploy afresh" : "deploy", abort.signal),
    sync: (files, signal) => act(`sync ${files.map(({ path }) => path).join(" ")}`, signal),
    watch: async (_project, onChange) => {
      tell = onChange;
      done.push("watch");
      return { close: async () => void done.push("unwatch") };
    },
    emit: (event) => void events.push(event),
    clock: systemClock,
    signal: abort.signal,
  });
  const ended = running.catch((error: unknown) => error);
  const one: Started = {
    events,
    done,
    change: (...paths) => {
      for (const path of paths) tell({ path, removed: false });
    },
    remove: (path) => tell({ path, removed: true }),
    end: () => {
      abort.abort(new Error("interrupted"));
      return ended;
    },
  };
  started.push(one);
  await expect.poll(() => events.map(({ event }) => event), PATIENTLY).toEqual(["ready"]);
  expect(done.splice(0)).toEqual(["read", "watch", "deploy"]);
  events.splice(0);
  return one;
}

const told = ({ events }: Started) => expect.poll(() => events.map(({ event }) => event), PATIENTLY);

describe("a dev run", () => {
  test("puts what is only copied into the machines, many files at once", async () => {
    const run = await start();
    run.change("a.js", "README.md", "tmp/x.js", "b.js");
    await told(run).toEqual(["change", "live"]);
    expect(run.done).toEqual(["sync a.js b.js"]);
    expect(run.events[0]).toEqual({ event: "change", files: ["a.js", "b.js"], how: "sync" });
  });

  test("does nothing for files that machines do not see", async () => {
    const run = await start();
    run.change("README.md", "tmp/x.js");
    run.change("a.js");
    await told(run).toEqual(["change", "live"]);
    expect(run.done).toEqual(["sync a.js"]);
  });

  test.each([
    ["something is made from it", (run: Started) => run.change("package.json")],
    ["it is gone", (run: Started) => run.remove("a.js")],
  ])("deploys where %s, with machines as the image has them once files were put into them", async (_why, change) => {
    const run = await start();
    change(run);
    await told(run).toEqual(["change", "live"]);
    run.change("b.js");
    await told(run).toEqual(["change", "live", "change", "live"]);
    change(run);
    await told(run).toEqual(["change", "live", "change", "live", "change", "live"]);
    expect(run.done).toEqual(["deploy", "sync b.js", "deploy afresh"]);
  });

  test("reads the project again and watches anew where the configuration changes", async () => {
    const run = await start();
    run.change("fly.toml");
    await told(run).toEqual(["change", "live"]);
    expect(run.done).toEqual(["read", "unwatch", "watch", "deploy"]);
  });

  test("tells what fails, and makes it good with the next change", async () => {
    let broken = true;
    const run = await start({
      "sync a.js": async () => {
        if (broken) throw new AppError("MACHINE_EXITED", "SyntaxError");
      },
    });
    run.change("a.js");
    await told(run).toEqual(["change", "failed"]);
    expect(run.events[1]).toEqual({ event: "failed", code: "MACHINE_EXITED", error: "SyntaxError" });
    broken = false;
    run.change("b.js");
    await told(run).toEqual(["change", "failed", "change", "live"]);
    expect(run.done).toEqual(["sync a.js", "sync a.js b.js"]);
  });

  test("owes a deploy that failed, whatever changes next", async () => {
    let [isReady, broken] = [false, true];
    const run = await start({
      deploy: async () => {
        if (broken && isReady) throw new AppError("BUILD_FAILED", "no such file");
      },
    });
    isReady = true;
    run.change("package.json");
    await told(run).toEqual(["change", "failed"]);
    broken = false;
    run.change("a.js");
    await told(run).toEqual(["change", "failed", "change", "live"]);
    expect(run.events[2]).toMatchObject({ how: "deploy", because: "package.json" });
  });

  test("no longer waits for a change when another one comes", async () => {
    const run = await start({
      "sync a.js": (signal) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    });
    run.change("a.js");
    await told(run).toEqual(["change"]);
    run.change("b.js");
    await told(run).toEqual(["change", "change", "live"]);
    expect(run.done).toEqual(["sync a.js", "sync a.js b.js"]);
  });

  test("ends with the reason of the interruption and watches no longer", async () => {
    const run = await start();
    expect(await run.end()).toMatchObject({ message: "interrupted" });
    expect(run.done).toEqual(["unwatch"]);
  });
});
