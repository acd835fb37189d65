import { describe, expect, test } from "vitest";
import { defaultGroup, processGroups } from "../../../src/project/process-groups.ts";

describe("process groups", () => {
  test.each([
    [{}, ["app"], "app"],
    [{ worker: "", web: "" }, ["web", "worker"], "web"],
    [{ zebra: "", app: "", admin: "" }, ["admin", "app", "zebra"], "app"],
  ])("of %j", (processes, groups, byDefault) => {
    expect(processGroups({ processes })).toEqual(groups);
    expect(defaultGroup({ processes })).toBe(byDefault);
  });
});
