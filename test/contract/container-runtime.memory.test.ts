import { expect, test } from "vitest";
import { createMemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import type { Program } from "../../src/emulator/runtime/memory/programs.ts";
import { planetLabels } from "../../src/emulator/runtime/labels.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { describeContainerRuntime } from "./container-runtime.contract.ts";
import { EXEC_COMMANDS } from "./container-runtime.suite.ts";

const exec: Extract<Program, { kind: "runs" }>["exec"] = (command, { stdin = "", env, user, workingDir }) => {
  if (command.join(" ") === EXEC_COMMANDS.hangs.join(" ")) return undefined;
  if (command.join(" ") !== EXEC_COMMANDS.repeats.join(" ")) return { exitCode: 3, stdout: "out\n", stderr: "err\n" };
  const facts = `${env?.["WORD"] ?? ""} ${user ?? "0"} ${workingDir ?? "/"}\n`;
  return { exitCode: 0, stdout: `${Buffer.from(stdin).toString()}${facts}`, stderr: "" };
};

async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of input) {
    const lines = `${rest}${Buffer.from(chunk).toString()}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

const talk: Extract<Program, { kind: "runs" }>["talk"] = (command, { input, print, terminal }) => {
  const lines = linesOf(input);
  const answer = async (): Promise<number> => {
    print(`heard ${(await lines.next()).value}\n`);
    const second = (await lines.next()).value;
    print(`then ${second}\n`, "stderr");
    return Number(second);
  };
  const sizes = async (): Promise<number> => {
    const size = (): void => print(`${terminal()?.rows} ${terminal()?.columns}\r\n`);
    size();
    for await (const _line of lines) size();
    return 0;
  };
  if (command.join(" ") === EXEC_COMMANDS.talks.join(" ")) return answer();
  return command.join(" ") === EXEC_COMMANDS.sized.join(" ") ? sizes() : undefined;
};

const images: Record<string, Program> = {
  obedient: { kind: "runs", output: ["ready"], onSignal: (signal) => ({ SIGTERM: 3, SIGINT: 4 })[signal], exec, talk },
  stubborn: { kind: "runs", output: ["ready"], onSignal: () => undefined },
  brief: { kind: "exits", code: 7, output: ["one", "two", "three"] },
  reader: { kind: "exits", code: 7, echoes: true },
  leaker: { kind: "exits", code: 137, oom: true },
  unstartable: { kind: "unstartable", error: "no such program" },
};

describeContainerRuntime("memory", async () => ({
  runtime: createMemoryRuntime({ clock: systemClock, images }),
  planet: "contract",
  programs: {
    obedient: { image: "obedient" },
    stubborn: { image: "stubborn" },
    brief: { image: "brief" },
    reader: { image: "reader" },
    leaker: { image: "leaker" },
    unstartable: { image: "unstartable" },
  },
  workerImage: "obedient",
  hostPort: 18_080,
  dispose: async () => undefined,
}));

test("ten thousand containers live and go in a few seconds", async () => {
  const runtime = createMemoryRuntime({ clock: systemClock, images });
  const labels = planetLabels("many", "machine");
  const count = 10_000;
  const begun = performance.now();
  const ids = await Promise.all(
    Array.from({ length: count }, (_, at) =>
      runtime.createContainer({
        name: `c${at}`,
        image: "obedient",
        labels: { ...labels, "dev.hangar.app": `app-${at % 100}` },
        networks: [],
      }),
    ),
  );
  await Promise.all(ids.map((id) => runtime.startContainer(id)));
  for (let app = 0; app < 100; app += 1)
    expect(await runtime.listContainers({ ...labels, "dev.hangar.app": `app-${app}` })).toHaveLength(count / 100);
  await Promise.all(ids.map((id) => runtime.stopContainer(id)));
  await Promise.all(ids.map((id) => runtime.removeContainer(id)));
  expect(await runtime.listContainers(labels)).toEqual([]);
  // measured: well under a second; the bound catches what grows with the square
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test("going away breaks events and followed logs, and everything works again afterwards", async () => {
  const runtime = createMemoryRuntime({ clock: systemClock, images });
  const labels = planetLabels("gone", "machine");
  const id = await runtime.createContainer({ name: "c", image: "obedient", labels, networks: [] });
  await runtime.startContainer(id);
  const events = (await runtime.events(labels, new AbortController().signal))[Symbol.asyncIterator]();
  const logs = runtime.logs(id, { follow: true, tail: 0 })[Symbol.asyncIterator]();
  const broken = Promise.allSettled([events.next(), logs.next()]);
  await runtime.info();
  runtime.control.setAvailable(false);
  for (const result of await broken)
    expect(result).toMatchObject({ status: "rejected", reason: { code: "DOCKER_UNAVAILABLE" } });
  await expect(runtime.info()).rejects.toMatchObject({ code: "DOCKER_UNAVAILABLE" });
  runtime.control.setAvailable(true);
  expect(await runtime.inspectContainer(id)).toMatchObject({ state: "running" });
});
