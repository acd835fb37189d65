// What machines are given and what their events say, field by field, on a real engine; printed as one table.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MachineEvent } from "../../src/contract/machine.ts";
import { event } from "../../src/emulator/machines/state-journal.ts";
import type { ContainerRuntime } from "../../src/emulator/runtime/container-runtime.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { docker } from "../support/docker-cli.ts";
import { createMachineRig, type MachineRig } from "../support/machine-rig.ts";
import { sweepPlanetsNamed } from "../support/sweep.ts";

const PLANET = "test-machines";
const IMAGE = "debian:bookworm-slim";
const CANARY = "canary-9b3e7d";
let rig: MachineRig<ContainerRuntime>;

beforeAll(async () => {
  await sweepPlanetsNamed(PLANET);
  rig = await createMachineRig({
    runtime: createDockerRuntime(),
    planet: PLANET,
    block: 13,
    image: IMAGE,
    planetImage: IMAGE,
  });
});
afterAll(async () => {
  rig?.close();
  await sweepPlanetsNamed(PLANET);
});

const sleeps = {
  exec: ["sh", "-c", "trap 'exit 0' INT; trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"],
};

async function ready(id: string, container?: string): Promise<string> {
  const found = await rig.containerId(id, container);
  for await (const { text } of rig.runtime.logs(found, { follow: true })) if (text === "ready") break;
  return found;
}

/** The environment of the machine's own program, which is the child of the container's first process. */
async function environmentOf(container: string): Promise<Record<string, string>> {
  const read = "tr '\\0' '\\n' < /proc/$(cut -d' ' -f1 /proc/1/task/1/children)/environ";
  const { stdout } = await rig.runtime.exec(container, ["sh", "-c", read]);
  return Object.fromEntries(
    stdout
      .split("\n")
      .flatMap((line) =>
        line.includes("=") ? [[line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]] : [],
      ),
  );
}

const exitOf = ({ request }: MachineEvent): Record<string, unknown> =>
  request?.["exit_event"] as Record<string, unknown>;

test("the environment and the events of a machine are the platform's, field by field", async () => {
  rig.store.secrets.change("app", { TOKEN: CANARY, OVER: "secret" }, new Date().toISOString());
  const id = rig.add({
    init: sleeps,
    env: { PRIMARY_REGION: "lhr", OVER: "configuration", FLY_REGION: "forged" },
    metadata: { fly_process_group: "worker" },
    guest: { cpus: 1, memory_mb: 256 },
  });
  await rig.supervisor.converge(id);
  const env = await environmentOf(await ready(id));
  const { instanceId } = rig.machine(id);
  await rig.want(id, { desired: "stopped" }, event("stop", "stopping", "user"));
  await rig.want(id, { desired: "started" }, event("start", "starting", "user"));
  await ready(id);
  await rig.want(id, { desired: "stopped", stopSignal: "SIGTERM" }, event("stop", "stopping", "user"));
  const [last, , , first] = rig.store.events(id).filter(({ source }) => source === "flyd");
  const exit = first === undefined ? {} : exitOf(rig.store.events(id).findLast(({ type }) => type === "exit") ?? first);
  const fdaa = expect.stringMatching(/^fdaa:[0-9a-f:]+$/);
  const rows: [field: string, is: unknown, should: unknown][] = [
    ["env FLY_APP_NAME", env["FLY_APP_NAME"], "app"],
    ["env FLY_MACHINE_ID", env["FLY_MACHINE_ID"], expect.stringMatching(/^[0-9a-f]{14}$/)],
    ["env FLY_ALLOC_ID", env["FLY_ALLOC_ID"], id],
    ["env FLY_REGION", env["FLY_REGION"], "iad"],
    ["env FLY_PUBLIC_IP", env["FLY_PUBLIC_IP"], fdaa],
    ["env FLY_PRIVATE_IP", env["FLY_PRIVATE_IP"], fdaa],
    ["env FLY_IMAGE_REF", env["FLY_IMAGE_REF"], IMAGE],
    ["env FLY_MACHINE_VERSION", env["FLY_MACHINE_VERSION"], instanceId],
    ["env FLY_PROCESS_GROUP", env["FLY_PROCESS_GROUP"], "worker"],
    ["env FLY_VM_MEMORY_MB", env["FLY_VM_MEMORY_MB"], "256"],
    ["env PRIMARY_REGION", env["PRIMARY_REGION"], "lhr"],
    ["env secret", env["TOKEN"], CANARY],
    ["env secret before configuration", env["OVER"], "secret"],
    ["hostname", env["HOSTNAME"], id],
    [
      "event types",
      rig.store
        .events(id)
        .map(({ type, status, source }) => `${type}/${status}/${source}`)
        .join(" "),
      "exit/stopped/flyd stop/stopping/user start/started/flyd start/starting/user exit/stopped/flyd stop/stopping/user start/started/flyd",
    ],
    ["event timestamp", last?.timestamp, expect.any(Number)],
    ["exit_event.exit_code", exit["exit_code"], 0],
    ["exit_event.guest_exit_code", exit["guest_exit_code"], 0],
    ["exit_event.guest_signal", exit["guest_signal"], -1],
    ["exit_event.signal", exit["signal"], -1],
    ["exit_event.oom_killed", exit["oom_killed"], false],
    ["exit_event.requested_stop", exit["requested_stop"], true],
    ["exit_event.restarting", exit["restarting"], false],
    ["exit_event.exited_at", exit["exited_at"], expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)],
    [
      "restart_count",
      first === undefined
        ? undefined
        : rig.store.events(id).find(({ type }) => type === "exit")?.request?.["restart_count"],
      0,
    ],
    ["exit code by the signal asked for", last === undefined ? undefined : exitOf(last)["exit_code"], 9],
  ];
  process.stdout.write(
    `${rows.map(([field, is]) => `${field.padEnd(36)} ${is === CANARY ? "(secret)" : String(is)}`).join("\n")}\n`,
  );
  for (const [field, is, should] of rows) expect({ [field]: is }).toEqual({ [field]: should });
});

test("secrets stand in no inspection and no log, also of a program that starts again after a crash", async () => {
  rig.store.secrets.change("app", { TOKEN: CANARY }, new Date().toISOString());
  const script = 'echo "length ${#TOKEN}"; echo ready; sleep 0.2; exit 1';
  const id = rig.add({ init: { exec: ["sh", "-c", script] }, restart: { policy: "on-failure", max_retries: 1 } });
  await rig.supervisor.converge(id);
  await rig.wait(id, "stopped");
  const container = await rig.containerId(id);
  const seen = [
    await docker("inspect", container),
    await docker("logs", container),
    JSON.stringify(rig.store.events(id)),
    ...rig.logged,
  ];
  expect(seen[1]?.split("\n")).toEqual([`length ${CANARY.length}`, "ready", `length ${CANARY.length}`, "ready"]);
  expect(seen.join("\n")).not.toContain(CANARY);
});

test("a suspended machine goes on where it was", async () => {
  const count = "i=0; trap 'exit 0' INT; echo ready; while :; do i=$((i+1)); echo $i > /count; sleep 0.05; done";
  const id = rig.add({ init: { exec: ["sh", "-c", count] } });
  await rig.supervisor.converge(id);
  const container = await ready(id);
  const { pid } = (await rig.runtime.inspectContainer(container)) ?? {};
  const counted = async (): Promise<number> =>
    Number(Buffer.from((await rig.runtime.getFile(container, "/count")) ?? []).toString());
  await rig.want(id, { desired: "suspended" });
  expect(rig.machine(id).state).toBe("suspended");
  const before = await counted();
  await rig.want(id, { desired: "started" });
  await expect.poll(counted, { timeout: 10_000 }).toBeGreaterThan(before);
  expect(await rig.runtime.inspectContainer(container)).toMatchObject({ state: "running", pid });
});

test("containers of one machine reach each other on localhost, and start after what they depend on", async () => {
  const id = rig.add({
    containers: [
      {
        name: "asks",
        image: "node:24-bookworm-slim",
        exec: [
          "node",
          "-e",
          "fetch('http://localhost:8080').then(async r => { console.log(await r.text()); console.log('ready'); setInterval(() => {}, 1000) })",
        ],
        depends_on: [
          { name: "setup", condition: "exited_successfully" },
          { name: "answers", condition: "started" },
        ],
      },
      { name: "setup", exec: ["sh", "-c", "sleep 1"] },
      {
        name: "answers",
        image: "node:24-bookworm-slim",
        exec: ["node", "-e", "require('http').createServer((q, s) => s.end(process.env.FLY_MACHINE_ID)).listen(8080)"],
      },
    ],
  });
  await rig.supervisor.converge(id);
  await expect.poll(async () => (await rig.containers(id))["asks"], { timeout: 20_000 }).toBe("running");
  const asks = await ready(id, "asks");
  expect((await docker("logs", asks)).split("\n")[0]).toBe(id);
  await rig.want(id, { desired: "destroyed" });
  expect(await rig.containers(id)).toEqual({});
});
