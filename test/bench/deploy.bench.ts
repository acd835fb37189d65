// What a deploy costs with nothing to build: one that changes nothing beside the program's own start, and one that
// replaces what three machines run beside the bare calls to the engine for the same stops and starts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { catalogueGeography } from "../../src/emulator/control-plane/geography.ts";
import { programContainerSpec } from "../../src/emulator/machines/container-spec.ts";
import { machinePrograms } from "../../src/emulator/machines/programs.ts";
import type { ContainerRuntime, ContainerSpec } from "../../src/emulator/runtime/container-runtime.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { planetLabels } from "../../src/emulator/runtime/labels.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { createMachineRig, type MachineRig } from "../support/machine-rig.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { SMALL_BASE, writeSmallApp } from "../support/small-server.ts";
import { sweepPlanetsNamed } from "../support/sweep.ts";
import { type Bench, type BenchRow, compareInterleaved } from "./bench.ts";

const PLANET = "bench-deploy";
const RAW = { name: "bench-deploy-raw", block: 11, home: "iad" };
const PORTS = { httpPort: 18_190, controlPort: 14_390 };
const APP = "bench-deploy";
const MACHINES = 3;
const RUNS = Number(process.env["HANGAR_BENCH_RUNS"] ?? "5");
const STOP = { signal: "SIGINT", timeoutSeconds: 2 };

export const bench: Bench = { name: "deploy", run };

interface Deployed {
  readonly image: string;
  readonly machines: readonly { readonly id: string; readonly action: string; readonly version: string }[];
}

async function run(): Promise<BenchRow[]> {
  await sweepPlanetsNamed(PLANET);
  const cli = await createHangarCli({ planet: PLANET, ...PORTS });
  const folder = mkdtempSync(path.join(tmpdir(), "hangar-bench-"));
  const runtime = createDockerRuntime();
  const rig = await createMachineRig({
    ...{ runtime, planet: RAW.name, block: RAW.block, image: SMALL_BASE, planetImage: SMALL_BASE },
  });
  try {
    const { httpPort, controlPort } = PORTS;
    await cli.json(["up", "--http-port", String(httpPort), "--control-port", String(controlPort)]);
    await writeSmallApp(folder, APP, "ok");
    const { image } = await cli.json<Deployed>(["deploy", folder, "--yes"]);
    await cli.json(["scale", "count", String(MACHINES), "--app", APP, "--yes"]);
    const unchanged = await compareInterleaved({
      baseline: { name: "hangar --version", measure: () => timed(() => cli.run(["--version"])) },
      ours: [{ name: "deploy: nothing changed", measure: () => timed(() => deployed(cli, folder, "unchanged")) }],
      runs: RUNS,
    });
    const raw = await startRaw(rig, runtime, image);
    const replaced = await compareInterleaved({
      baseline: { name: "raw engine calls, one after the other", measure: () => timed(() => raw.replaceAll()) },
      ours: [
        {
          name: `deploy: ${MACHINES} machines, all steps of the build cached`,
          measure: () => timed(() => deployed(cli, folder, "updated", "--force")),
        },
        {
          name: `deploy: ${MACHINES} machines, an image and nothing to build`,
          measure: () => timed(() => deployed(cli, folder, "updated", "--force", "--image", image)),
        },
        {
          name: `deploy: ${MACHINES} machines, each for the first time since it was started`,
          measure: async () => {
            await startAgain(cli);
            return timed(() => deployed(cli, folder, "updated", "--force"));
          },
        },
        {
          name: `deploy: ${MACHINES} machines, the same with what was made ready meanwhile`,
          measure: async () => {
            await startAgain(cli);
            await readied(runtime);
            return timed(() => deployed(cli, folder, "updated", "--force"));
          },
        },
      ],
      runs: RUNS,
      warmups: 1,
    });
    return [...unchanged, ...replaced];
  } finally {
    rig.close();
    await cli[Symbol.asyncDispose]();
    await sweepPlanetsNamed(PLANET);
    rmSync(folder, { recursive: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** A deploy that has to do this, and nothing else, to every machine. */
async function deployed(cli: HangarCli, folder: string, action: string, ...flags: string[]): Promise<void> {
  const { machines } = await cli.json<Deployed>(["deploy", folder, ...flags]);
  const actions = machines.map((machine) => machine.action);
  if (actions.length !== MACHINES || actions.some((done) => done !== action))
    throw new Error(`the deploy's machines were ${actions.join(", ")}, not all ${action}`);
}

/** What a first replacement leaves for those that follow (docs/adr/0017) is gone. */
async function startAgain(cli: HangarCli): Promise<void> {
  for (const verb of ["stop", "start"]) await cli.json(["machine", verb, "--all", "--app", APP]);
}

/** Resolves when the planet has made ready what a first replacement needs of every machine. */
async function readied(runtime: ContainerRuntime): Promise<void> {
  const all = async (): Promise<true | undefined> => {
    const anchors = await runtime.listContainers(planetLabels(PLANET, "anchor"));
    const ready = anchors.filter(({ state, networks }) => state === "running" && networks.length === 0);
    return ready.length === MACHINES ? true : undefined;
  };
  await waitUntil(all, { what: "anchors for all machines", deadlineMs: 60_000, intervalMs: 250 });
}

/** The same containers of the same image, made of records that nobody keeps. */
async function startRaw(
  rig: MachineRig<ContainerRuntime>,
  runtime: ContainerRuntime,
  image: string,
): Promise<{ replaceAll(): Promise<void> }> {
  const specs = Array.from({ length: MACHINES }, () => specOf(rig, image));
  const start = async (spec: ContainerSpec): Promise<string> => {
    const id = await runtime.createContainer(spec);
    await runtime.startContainer(id);
    return id;
  };
  const containers = await Promise.all(specs.map(start));
  return {
    replaceAll: async () => {
      for (const [index, spec] of specs.entries()) {
        const id = containers[index] ?? "";
        await runtime.stopContainer(id, STOP);
        await runtime.removeContainer(id);
        containers[index] = await start(spec);
      }
    },
  };
}

function specOf(rig: MachineRig<ContainerRuntime>, image: string): ContainerSpec {
  const machine = rig.machine(rig.add({ image, guest: { memory_mb: 256 } }, "stopped"));
  const [program] = machinePrograms(machine);
  if (program === undefined) throw new TypeError(`machine ${machine.id} has no program`);
  return programContainerSpec({ planet: RAW, slot: catalogueGeography.slotOf(machine.region), machine }, program);
}
