// What machines are given and what their events say, field by field, on a real engine; printed as one table.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MachineEvent } from "../../src/contract/machine.ts";
import { catalogueGeography } from "../../src/emulator/control-plane/geography.ts";
import { createMachineInside } from "../../src/emulator/machines/machine-inside.ts";
import { createMachineService } from "../../src/emulator/machines/machine-service.ts";
import type { ContainerRuntime } from "../../src/emulator/runtime/container-runtime.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { docker } from "../support/docker-cli.ts";
import { createMachineRig, type MachineRig } from "../support/machine-rig.ts";
import { ulid } from "../../src/emulator/model/ids.ts";
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
const lineOf = (one: MachineEvent | undefined): string => `${one?.type}/${one?.status}/${one?.source}`;

test("the environment and the events of a machine are the platform's, field by field", async () => {
  rig.store.secrets.change("app", { TOKEN: CANARY, OVER: "secret" }, new Date().toISOString());
  const machines = createMachineService({
    ...{ planet: rig.planet, store: rig.store, runtime: rig.runtime, journal: rig.journal, supervisor: rig.supervisor },
    ...{ random: randomBytes, now: Date.now, slotOf: catalogueGeography.slotOf, requireRegion: () => undefined },
  });
  const fields = ["id", "version", "app_name", "private_ip", "region", "image"] as const;
  const config = {
    image: IMAGE,
    init: sleeps,
    // What deploys set is the configuration's to say; what the platform sets is not.
    env: {
      ...{ PRIMARY_REGION: "lhr", OVER: "configuration", FLY_REGION: "forged", RELEASE_COMMAND: "1" },
      ...{ FLY_STANDBY_FOR: "148ed599c14189", FLY_TEST_MACHINE_IP: "fdaa::1" },
    },
    metadata: { fly_process_group: "worker" },
    guest: { cpus: 1, memory_mb: 256 },
    processes: [{ env_from: fields.map((field) => ({ env_var: `OF_${field}`, field_ref: field })) }],
  };
  const { id, instance_id: instanceId } = await machines.create("app", { config, region: "iad" });
  const settled = (): Promise<void> => rig.supervisor.converge(id);
  await settled();
  const env = await environmentOf(await ready(id));
  machines.stop("app", id);
  await settled();
  machines.start("app", id);
  await settled();
  await ready(id);
  machines.restart("app", id, { signal: "SIGTERM" });
  await settled();
  await ready(id);
  const { instance_id: updated } = await machines.update("app", id, { config: { ...config, env: {} } });
  await settled();
  const after = await environmentOf(await ready(id));
  machines.suspend("app", id);
  await settled();
  machines.destroy("app", id, true);
  await settled();

  const crashed = rig.add({
    init: { exec: ["sh", "-c", "exit 3"] },
    restart: { policy: "on-failure", max_retries: 2 },
  });
  await rig.supervisor.converge(crashed);
  await rig.wait(crashed, "stopped");

  const events = rig.store.events(id).toReversed();
  const exits = events.filter(({ type }) => type === "exit");
  const exit = exits[0] === undefined ? {} : exitOf(exits[0]);
  const crashes = rig.store.events(crashed).filter(({ type }) => type === "exit");
  const ofCrashes = (field: string): string => crashes.map((one) => exitOf(one)[field]).join(" ");
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
    ["env FLY_MACHINE_VERSION, updated", after["FLY_MACHINE_VERSION"], updated],
    ["env FLY_PROCESS_GROUP", env["FLY_PROCESS_GROUP"], "worker"],
    ["env FLY_VM_MEMORY_MB", env["FLY_VM_MEMORY_MB"], "256"],
    ["env PRIMARY_REGION", env["PRIMARY_REGION"], "lhr"],
    ["env RELEASE_COMMAND", env["RELEASE_COMMAND"], "1"],
    ["env FLY_STANDBY_FOR", env["FLY_STANDBY_FOR"], "148ed599c14189"],
    ["env FLY_TEST_MACHINE_IP", env["FLY_TEST_MACHINE_IP"], "fdaa::1"],
    ["env secret", env["TOKEN"], CANARY],
    ["env secret before configuration", env["OVER"], "secret"],
    ["env_from id", env["OF_id"], id],
    ["env_from version", env["OF_version"], instanceId],
    ["env_from app_name", env["OF_app_name"], "app"],
    ["env_from private_ip", env["OF_private_ip"], env["FLY_PRIVATE_IP"]],
    ["env_from region", env["OF_region"], "iad"],
    ["env_from image", env["OF_image"], IMAGE],
    ["hostname", env["HOSTNAME"], id],
    ["event of creation", lineOf(events[0]), "launch/created/user"],
    ["events of the start", events.slice(1, 2).map(lineOf).join(" "), "start/started/flyd"],
    ["events of a stop", events.slice(2, 4).map(lineOf).join(" "), "stop/stopping/user exit/stopped/flyd"],
    ["events of a start", events.slice(4, 6).map(lineOf).join(" "), "start/starting/user start/started/flyd"],
    [
      "events of a restart",
      events.slice(6, 9).map(lineOf).join(" "),
      "restart/restarting/user exit/stopped/flyd start/started/flyd",
    ],
    ["events of an update", events.slice(9, 11).map(lineOf).join(" "), "update/replacing/user start/started/flyd"],
    [
      "events of a suspension",
      events.slice(11, 13).map(lineOf).join(" "),
      "suspend/suspending/user suspend/suspended/flyd",
    ],
    ["events of the end", events.slice(13).map(lineOf).join(" "), "destroy/destroying/user destroy/destroyed/user"],
    ["event timestamp", events[0]?.timestamp, expect.any(Number)],
    ["exit_event.exit_code", exit["exit_code"], 0],
    ["exit_event.guest_exit_code", exit["guest_exit_code"], 0],
    ["exit_event.guest_signal", exit["guest_signal"], -1],
    ["exit_event.signal", exit["signal"], -1],
    ["exit_event.oom_killed", exit["oom_killed"], false],
    ["exit_event.requested_stop", exit["requested_stop"], true],
    ["exit_event.restarting", exit["restarting"], false],
    ["exit_event.exited_at", exit["exited_at"], expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)],
    ["restart_count", exits[0]?.request?.["restart_count"], 0],
    ["exit code by the signal asked for", exits[1] === undefined ? undefined : exitOf(exits[1])["exit_code"], 9],
    ["restarting, when asked for", exits[1] === undefined ? undefined : exitOf(exits[1])["restarting"], true],
    ["exit codes of crashes", ofCrashes("exit_code"), "3 3 3"],
    ["requested_stop of crashes", ofCrashes("requested_stop"), "false false false"],
    ["restarting, newest first", ofCrashes("restarting"), "false true true"],
    ["restart_count of crashes", crashes.map(({ request }) => request?.["restart_count"]).join(" "), "2 2 1"],
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

test("a command that outlasts its time is ended, with what it started", async () => {
  const id = rig.add({ init: sleeps });
  await rig.supervisor.converge(id);
  await ready(id);
  const inside = createMachineInside({
    ...{ planet: rig.planet, store: rig.store, runtime: rig.runtime, journal: rig.journal },
    ...{ now: Date.now, random: randomBytes },
  });
  const run = (script: string, timeout: number) =>
    inside.exec(rig.machine(id), { command: ["sh", "-c", script], timeout });
  await expect(run("sleep 300 & echo $! > /pid; wait", 1)).rejects.toMatchObject({ code: "DEADLINE" });
  const goesOn = async (): Promise<boolean> =>
    (await run('[ "$(tr -d "\\0" < /proc/$(cat /pid)/cmdline)" = sleep300 ]', 10)).exit_code === 0;
  await expect.poll(goesOn, { timeout: 10_000 }).toBe(false);
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

test.each([
  ["a program that replaces another", false],
  ["a program that replaces another whose anchor was made ready", true],
])("%s has its network, and its port although connections have just been closed", async (_what, readied) => {
  const server =
    'use IO::Socket::INET; $| = 1; $SIG{INT} = sub { exit 0 }; my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5) or die "$!"; print "ready\\n"; while (my $c = $s->accept()) { close $c }';
  const client =
    'use IO::Socket::INET; for (1 .. 3) { my $c = IO::Socket::INET->new("127.0.0.1:8080") or die "$!"; 1 while <$c> }';
  const id = rig.add({ init: { exec: ["perl", "-e", server] } });
  await rig.supervisor.converge(id);
  const look = async (): Promise<string> => {
    const container = await ready(id);
    const closed = await rig.runtime.exec(container, ["perl", "-e", client]);
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    return (await rig.runtime.exec(container, ["sh", "-c", "hostname -I; hostname; cat /etc/hosts /etc/resolv.conf"]))
      .stdout;
  };
  const replace = (): Promise<void> => rig.want(id, { instanceId: ulid(Date.now(), randomBytes), state: "replacing" });
  const alone = await look();
  const interfaces = await docker("exec", await rig.containerId(id), "ls", "/sys/class/net");
  if (readied) await rig.supervisor.readyAnchor(id);
  const sandboxes: string[] = [];
  for (let version = 2; version <= 3; version += 1) {
    await replace();
    expect(await look()).toBe(alone);
    expect(await docker("exec", await rig.containerId(id), "ls", "/sys/class/net")).toBe(interfaces);
    sandboxes.push(await docker("exec", await rig.containerId(id), "readlink", "/proc/1/ns/net"));
  }
  expect(sandboxes[0]).toBe(sandboxes[1]);
  expect(rig.machine(id)).toMatchObject({ state: "started", restarts: 0 });
});
