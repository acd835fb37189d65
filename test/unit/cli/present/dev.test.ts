import { describe, expect, test } from "vitest";
import { createPainter } from "../../../../src/cli/output/color.ts";
import {
  createRegionPainter,
  DEV_START,
  reduceDev,
  renderDevEvent,
  renderDevMachine,
  renderDevWork,
} from "../../../../src/cli/present/dev.ts";
import type { DevEvent } from "../../../../src/operations/dev/dev-events.ts";

const paint = createPainter(false);
const painters = { paint, inRegion: createRegionPainter(paint) };
const LOG: DevEvent = {
  event: "log",
  ...{ timestamp: "2026-11-27T10:00:00Z", app: "shop", region: "nrt", machine: "148ed599c14189" },
  ...{ stream: "stdout", message: "hello" },
};
const MACHINE = {
  ...{ id: "148ed599c14189", name: "web", region: "nrt", state: "started" as const, version: "1" },
  ...{ checks: { passing: 1, total: 2 }, instanceId: "1", updatedAt: "" },
};

describe("a dev run in lines", () => {
  test.each<[DevEvent, string | undefined]>([
    [{ event: "ready" }, "Ready: watching for changes"],
    [{ event: "change", files: ["a.js"], how: "sync" }, "Changed: a.js (into the machines)"],
    [
      { event: "change", files: ["a", "b", "c", "d", "e"], how: "deploy", because: "b" },
      "Changed: a, b, c, 2 more (a deploy, because of b)",
    ],
    [{ event: "live", how: "sync", ms: 812 }, "Live after 0.8 s"],
    [{ event: "failed", code: "MACHINE_EXITED", error: "oh" }, "Failed: oh\nWaiting for the next change"],
    [LOG, "nrt 4189 | hello"],
    [{ event: "machines", machines: [] }, undefined],
  ])("%j", (event, line) => {
    expect(renderDevEvent(event, painters)).toBe(line);
  });

  test("each region keeps a colour of its own", () => {
    const inRegion = createRegionPainter(createPainter(true));
    const [iad, nrt] = [inRegion("iad", "x"), inRegion("nrt", "x")];
    expect(iad).not.toBe(nrt);
    expect(inRegion("iad", "x")).toBe(iad);
  });
});

describe("what a terminal shows of it", () => {
  const after = (...events: DevEvent[]): string => renderDevWork(events.reduce(reduceDev, DEV_START));
  const change: DevEvent = { event: "change", files: ["a.js"], how: "sync" };

  test("is where the last change is", () => {
    expect(after()).toBe("Deploying");
    expect(after({ event: "ready" })).toBe("Watching for changes");
    expect(after({ event: "ready" }, change)).toBe("a.js: changing");
    expect(after(change, { event: "live", how: "sync", ms: 1_240 })).toBe("a.js: live after 1.2 s");
    expect(after(change, { event: "failed", code: "MACHINE_EXITED", error: "" })).toBe(
      "a.js: failed, waiting for the next change",
    );
  });

  test("and the machines", () => {
    const { machines } = reduceDev(DEV_START, { event: "machines", machines: [MACHINE] });
    expect(machines.map((machine) => renderDevMachine(machine, painters))).toEqual([
      "● nrt 148ed599c14189 started 1/2 checks",
    ]);
  });
});
