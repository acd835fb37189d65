import { describe, expect, test } from "vitest";
import { createEngineRestart } from "../../../../src/emulator/machines/engine-restart.ts";
import type { ContainerDetail } from "../../../../src/emulator/runtime/container-runtime.ts";
import { LABEL } from "../../../../src/emulator/runtime/labels.ts";

const ENDED = { finishedAt: "2026-11-27T04:00:10.000000001Z" };
const before = "2026-11-27T03:00:00Z";
const after = "2026-11-27T04:00:11Z";

/** An engine with the planet's parts, each started at a time. */
const engine = (startedAt: Readonly<Record<string, string>>) => ({
  listContainers: async (labels?: Readonly<Record<string, string>>) => {
    const component = labels?.[LABEL.component] ?? "";
    return component in startedAt ? [{ id: component } as ContainerDetail] : [];
  },
  inspectContainer: async (id: string) => ({ startedAt: startedAt[id] }) as ContainerDetail,
});

describe("createEngineRestart", () => {
  test.each([
    [{ wan: after, edge: after }, true],
    [{ wan: before, edge: before }, false],
    [{ wan: after, edge: before }, false],
    [{ wan: before, edge: after }, false],
    [{ edge: after }, false],
    [{}, false],
  ])("with parts started at %j it says %s", async (startedAt, expected) => {
    expect(await createEngineRestart("p", engine(startedAt))(ENDED)).toBe(expected);
  });
});
