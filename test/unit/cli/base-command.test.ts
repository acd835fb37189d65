import type { Interfaces } from "@oclif/core";
import { describe, expect, test } from "vitest";
import { BaseCommand } from "../../../src/cli/base-command.ts";
import { createLeanConfig } from "../../../src/cli/lean-config.ts";
import type { PackageJson } from "../../../src/cli/package-json.ts";

const pjson: PackageJson = {
  name: "hangar",
  version: "0.0.0",
  oclif: { bin: "hangar", commands: { target: "" }, hooks: { command_not_found: "" } },
};
const config: Interfaces.Config = createLeanConfig("/nowhere", pjson);

describe("a command that is told to stop", () => {
  class Waiting extends BaseCommand {
    async run(): Promise<void> {
      await this.parse(Waiting);
      const stopped = new Promise((_, reject) =>
        this.signal.addEventListener("abort", () => reject(new Error("tripped over"))),
      );
      process.emit("SIGHUP", "SIGHUP");
      await stopped;
    }
  }

  test("fails because of the signal, whatever broke on the way out", async () => {
    await expect(Waiting.start("waiting", [], config)).rejects.toMatchObject({
      code: "CANCELLED",
      details: { signal: "SIGHUP" },
    });
  });

  test("leaves no handler behind", async () => {
    const before = process.listenerCount("SIGHUP");
    await Waiting.start("waiting", [], config).catch(() => undefined);
    expect(process.listenerCount("SIGHUP")).toBe(before);
  });
});

describe("flags of every command", () => {
  class Telling extends BaseCommand {
    static seen: string[] = [];
    async run(): Promise<void> {
      const { flags } = await this.parse(Telling);
      Telling.seen.push(this.contextFor(flags).planet);
    }
  }

  test("the planet is the default one unless it is named", async () => {
    await Telling.start("telling", [], config);
    await Telling.start("telling", ["--planet", "mars"], config);
    expect(Telling.seen).toEqual(["default", "mars"]);
  });

  test("an unknown flag is refused", async () => {
    await expect(Telling.start("telling", ["--plant", "mars"], config)).rejects.toThrow("--plant");
  });
});
