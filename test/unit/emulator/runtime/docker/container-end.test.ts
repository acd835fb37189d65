import { describe, expect, it } from "vitest";
import { endOf } from "../../../../../src/emulator/runtime/docker/containers.ts";

const at = (seconds: string): string => `2026-11-27T11:56:${seconds}Z`;

describe("the end of a container's program", () => {
  it("is the engine's word where it comes after the start", () => {
    expect(endOf({ Status: "exited", StartedAt: at("23.002318066"), FinishedAt: at("24.5") })).toBe(at("24.5"));
  });
  it("is the start where the engine noted the start of a quick program after its end", () => {
    const startedAt = at("23.002318066");
    expect(endOf({ Status: "exited", StartedAt: startedAt, FinishedAt: at("23.000890442") })).toBe(startedAt);
  });
  it("stays the end of the run before while the program runs again", () => {
    expect(endOf({ Status: "running", StartedAt: at("30.1"), FinishedAt: at("29.9") })).toBe(at("29.9"));
  });
});
