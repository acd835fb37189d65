// What a planet costs: the time of `up` with all regions beside the raw engine calls for the same networks, attachments
// and containers; the memory of its three containers; and how true its distances are.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { REGIONS, rttMs } from "../../src/emulator/index.ts";
import {
  controlSpec,
  edgeSpec,
  managementNetworkSpec,
  regionNetworkSpec,
  wanSpec,
} from "../../src/emulator/lifecycle/planet-spec.ts";
import { tearDown } from "../../src/emulator/lifecycle/tear-down.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { names, planetLabels } from "../../src/emulator/runtime/labels.ts";
import { type Bench, type BenchRow, compareInterleaved } from "./bench.ts";

const root = path.join(import.meta.dirname, "../..");
const RUNS = 3;
const PLANET = "bench";
const RAW = "bench-raw";
const PORTS = { control: 14_290, http: 18_090, https: 18_453 };
const runtime = createDockerRuntime();
const regions = REGIONS.map(({ code }, slot) => ({ code, slot }));

export const bench: Bench = { name: "planet", run };

async function run(): Promise<BenchRow[]> {
  const state = mkdtempSync(path.join(tmpdir(), "hangar-bench-"));
  const hangar = (...args: string[]): string => {
    const env = { ...process.env, HANGAR_STATE_DIR: state, HANGAR_PLANET: PLANET };
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, "bin/run.js"), ...args], {
      env,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`hangar ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  };
  const up = (...more: string[]): string =>
    hangar("up", "--json", "--http-port", String(PORTS.http), "--control-port", String(PORTS.control), ...more);
  try {
    await tearDown(RAW, runtime);
    const { status } = JSON.parse(up()) as { status: { image: string } };
    hangar("reset", "--yes");
    const times = await compareInterleaved({
      baseline: { name: "raw engine calls, one after the other", measure: () => rawUp(status.image) },
      ours: [
        {
          name: "up: all 18 regions",
          measure: () =>
            timed(
              () => up("--regions", "all"),
              () => hangar("reset", "--yes"),
            ),
        },
      ],
      runs: RUNS,
      warmups: 1,
    });
    up("--regions", "all");
    hangar(
      "launch",
      `${state}/app`,
      "--template",
      "where-am-i",
      "--name",
      "bench",
      "--region",
      "iad",
      "--no-deploy",
      "--yes",
    );
    hangar("deploy", `${state}/app`, "--regions", regions.map(({ code }) => code).join(","), "--json");
    return [...times, memoryRow(), ...accuracyRows(hangar)];
  } finally {
    hangar("reset", "--yes");
    rmSync(state, { recursive: true });
  }
}

async function timed(work: () => unknown, after: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  const result = performance.now() - startedAt;
  await after();
  return result;
}

/** The engine's part of `up`: the same objects, with programs that only sleep. */
async function rawUp(image: string): Promise<number> {
  const planet = { name: RAW, block: 13, home: "iad" };
  const idle = { entrypoint: ["sleep", "infinity"] };
  const input = { planet, image, version: "0", httpPort: PORTS.http, httpsPort: PORTS.https, regions };
  return timed(
    async () => {
      await runtime.createNetwork(managementNetworkSpec(planet));
      await runtime.createVolume(names.stateVolume(RAW), planetLabels(RAW, "state"));
      const control = {
        ...controlSpec({ planet, image, ports: PORTS, daemonSocket: "/var/run/docker.sock", version: "0" }),
        ...idle,
      };
      await runtime.startContainer(await runtime.createContainer(control));
      for (const { code, slot } of regions) await runtime.createNetwork(regionNetworkSpec(planet, code, slot));
      for (const spec of [wanSpec(input), edgeSpec(input)])
        await runtime.startContainer(await runtime.createContainer({ ...spec, ...idle }));
    },
    () => tearDown(RAW, runtime),
  );
}

const MIB: Readonly<Record<string, number>> = { B: 1 / 1024 ** 2, KiB: 1 / 1024, MiB: 1, GiB: 1024 };

/** The containers' memory as `docker stats` counts it, with a machine in every region, beside what they may have. */
function memoryRow(): BenchRow {
  const components = ["control", "wan", "edge"] as const;
  const { stdout } = spawnSync(
    "docker",
    [
      "stats",
      "--no-stream",
      "--format",
      "{{.MemUsage}}",
      ...components.map((component) => names.container(PLANET, component)),
    ],
    { encoding: "utf8" },
  );
  const total = stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [, amount = "NaN", unit = "B"] = /^([\d.]+)(\w+)/.exec(line) ?? [];
      return Number(amount) * (MIB[unit] ?? Number.NaN);
    })
    .reduce((sum, one) => sum + one, 0);
  const limit = 250;
  return {
    name: "memory: control, wan and edge, 18 regions",
    ours: Math.round(total),
    theirs: limit,
    against: "the limit",
    ratio: Math.round((total / limit) * 100) / 100,
    unit: "MiB",
    runs: 1,
  };
}

interface Ping {
  readonly rttMs: { readonly p50: number };
}
interface City {
  readonly from: string;
  readonly firstByteMs: number;
}

function accuracyRows(hangar: (...args: string[]) => string): BenchRow[] {
  const row = (name: string, ours: number, theirs: number, runs: number): BenchRow => ({
    name,
    ours,
    theirs,
    against: "configured RTT",
    ratio: Math.round((ours / theirs) * 1_000) / 1_000,
    unit: "ms",
    runs,
  });
  const pings = (["4", "6"] as const).map((family) => {
    const { rttMs: measured } = JSON.parse(
      hangar("ping", "--from", "iad", "--to", "nrt", "--family", family, "-c", "50", "--json"),
    ) as Ping;
    return row(`distance: ping iad to nrt, IPv${family}, p50`, measured.p50, rttMs("iad", "nrt"), 50);
  });
  // The app runs everywhere, so a request never leaves its region.
  const [city] = JSON.parse(hangar("curl", "/", "-a", "bench", "--from", "lhr", "--samples", "21", "--json")) as City[];
  const local: BenchRow = {
    ...row("distance: request inside one region, p50", city?.firstByteMs ?? Number.NaN, 1, 21),
    against: "the limit",
  };
  return [...pings, local];
}
