import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openBuilderMemory } from "../../../src/platform/builder-memory.ts";
import { buildImage } from "../../../src/platform/docker-build.ts";
import type { BuilderChoice } from "../../../src/platform/docker-builders.ts";
import type { exec, ExecResult } from "../../../src/platform/exec.ts";
import { withTempDir } from "../../support/temp-dir.ts";

const answer = (exitCode: number, stdout = ""): ExecResult => ({ exitCode, stdout, stderr: "", durationMs: 1 });

test("a choice holds as long as the same clients and plugins are there, and for the same engine", async () => {
  await withTempDir(async (folder) => {
    const client = path.join(folder, "docker");
    const choice: BuilderChoice = { client, version: "28.2.2", builder: "classic", buildx: false };
    const file = path.join(folder, "docker-builder.json");
    const env = { DOCKER_CONFIG: path.join(folder, "config") };
    const recall = (more = {}) => openBuilderMemory(file, { ...env, ...more }).recall([client]);
    await writeFile(client, "one");
    expect(await recall()).toBeUndefined();
    await openBuilderMemory(file, env).keep([client], choice);
    expect(await recall()).toEqual(choice);
    expect(await recall({ DOCKER_HOST: "tcp://other:2375" })).toBeUndefined();
    expect(await openBuilderMemory(file, env).recall([client, "/usr/bin/docker"])).toBeUndefined();

    await mkdir(path.join(env.DOCKER_CONFIG, "cli-plugins"), { recursive: true });
    await writeFile(path.join(env.DOCKER_CONFIG, "cli-plugins", "docker-buildx"), "plugin");
    expect(await recall(), "there is a plugin now").toBeUndefined();
    await openBuilderMemory(file, env).keep([client], choice);
    await writeFile(client, "another client");
    expect(await recall()).toBeUndefined();
    await writeFile(file, '{"facts":');
    expect(await recall()).toBeUndefined();
  });
});

test("clients are asked once, and again when a build with what is remembered fails", async () => {
  await withTempDir(async (folder) => {
    const asked: string[] = [];
    const clients = [path.join(folder, "a"), path.join(folder, "b")];
    for (const client of clients) await writeFile(client, "client");
    let broken = "";
    const run: typeof exec = async (file, args) => {
      if (args[0] === "version") {
        asked.push(path.basename(file));
        return file === broken ? answer(1) : answer(0, "20.10.24 20.10.24");
      }
      if (args[0] === "buildx" || file === broken) return answer(1);
      await writeFile(args[args.indexOf("--iidfile") + 1] ?? "", "sha256:abc");
      return answer(0);
    };
    const memory = openBuilderMemory(path.join(folder, "docker-builder.json"), { DOCKER_CONFIG: folder });
    const input = { contextDir: folder, dockerfile: path.join(folder, "Dockerfile"), tag: "app:1", args: {} };
    const build = () => buildImage(input, { exec: run, clients: async () => clients, memory });
    expect((await build()).client).toBe(clients[0]);
    expect((await build()).client).toBe(clients[0]);
    expect(asked).toEqual(["a", "b"]);
    broken = clients[0] ?? "";
    expect((await build()).client).toBe(clients[1]);
    expect(asked).toEqual(["a", "b", "a", "b"]);
    expect((await build()).client).toBe(clients[1]);
    expect(asked).toHaveLength(4);
  });
});
