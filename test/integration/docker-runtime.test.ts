// What only a real engine can show, beyond the contract: how streams end, what containers may do, what is left open.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ContainerRuntime } from "../../src/emulator/runtime/container-runtime.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { planetLabels } from "../../src/emulator/runtime/labels.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { docker } from "../support/docker-cli.ts";
import { type EngineProxy, startEngineProxy } from "../support/engine-proxy.ts";
import { sweepPlanet } from "../support/sweep.ts";

const PLANET = "test-runtime-docker";
const labels = planetLabels(PLANET, "machine");
const image = "debian:bookworm-slim";

let proxy: EngineProxy;
let runtime: ContainerRuntime;

beforeAll(async () => {
  await sweepPlanet(PLANET);
  proxy = await startEngineProxy(PLANET);
});
beforeEach(() => {
  runtime = createDockerRuntime({ socketPath: proxy.socketPath });
});
afterEach(() => sweepPlanet(PLANET));
afterAll(() => proxy.close());

const start = async (name: string, script: string): Promise<string> => {
  const id = await runtime.createContainer({
    name: `${PLANET}-${name}`,
    image,
    command: ["sh", "-c", script],
    labels,
    networks: [],
  });
  await runtime.startContainer(id);
  return id;
};

test("events and followed logs throw DOCKER_UNAVAILABLE when the engine goes away", async () => {
  const id = await start("cut", "echo ready; sleep 1000");
  const events = (await runtime.events(labels, new AbortController().signal))[Symbol.asyncIterator]();
  const logs = runtime.logs(id, { follow: true })[Symbol.asyncIterator]();
  expect((await logs.next()).value).toMatchObject({ text: "ready" });
  const ends = Promise.allSettled([events.next(), logs.next()]);
  proxy.cut();
  for (const end of await ends)
    expect(end).toMatchObject({ status: "rejected", reason: { code: "DOCKER_UNAVAILABLE" } });
  expect(await runtime.inspectContainer(id)).toMatchObject({ state: "running" });
});

test("fifty followed logs and subscriptions leave no connection behind", async () => {
  const id = await start("many", "echo ready; sleep 1000");
  const abort = new AbortController();
  let lines = 0;
  let subscriptions = 0;
  const follow = async (): Promise<void> => {
    for await (const _line of runtime.logs(id, { follow: true, signal: abort.signal })) lines += 1;
  };
  const listen = async (): Promise<void> => {
    const events = await runtime.events(labels, abort.signal);
    subscriptions += 1;
    for await (const event of events) throw new TypeError(`unexpected ${event.action}`);
  };
  const readers = Promise.all([...Array.from({ length: 25 }, follow), ...Array.from({ length: 25 }, listen)]);
  const allOpen = () => (lines === 25 && subscriptions === 25 ? true : undefined);
  await waitUntil(allOpen, { what: "all streams to be open", deadlineMs: 20_000, intervalMs: 10 });
  expect(proxy.connections.size).toBeGreaterThanOrEqual(50);
  abort.abort();
  await readers;
  // what the HTTP agent keeps for the next request is let go after 5 s
  await waitUntil(() => (proxy.connections.size === 0 ? true : undefined), {
    what: "all connections to be closed",
    deadlineMs: 20_000,
    intervalMs: 50,
  });
});

test("a reader that stops early closes its stream", async () => {
  const id = await start("early", "while :; do echo line; sleep 0.01; done");
  for await (const { text } of runtime.logs(id, { follow: true })) {
    expect(text).toBe("line");
    break;
  }
  await waitUntil(() => (proxy.connections.size === 0 ? true : undefined), {
    what: "the stream to be closed",
    deadlineMs: 20_000,
    intervalMs: 50,
  });
});

test("lines longer than the engine's parts are put together, and endless ones come in pieces", async () => {
  const id = await start(
    "long",
    "head -c 50000 /dev/zero | tr '\\0' a; echo; echo short >&2; head -c 200000 /dev/zero | tr '\\0' b",
  );
  await waitUntil(async () => ((await runtime.inspectContainer(id))?.state === "exited" ? true : undefined), {
    what: "the end",
    deadlineMs: 20_000,
    intervalMs: 20,
  });
  const texts: Record<"stdout" | "stderr", string[]> = { stdout: [], stderr: [] };
  for await (const { stream, text } of runtime.logs(id, { follow: false })) texts[stream].push(text);
  expect(texts.stderr).toEqual(["short"]);
  expect(texts.stdout[0]).toBe("a".repeat(50_000));
  expect(texts.stdout.slice(1).map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 3_392]);
});

test("a container has no more rights than the engine's defaults, and cannot gain any", async () => {
  const id = await start("rights", "sleep 1000");
  const facts = JSON.parse(await docker("inspect", "--format", "{{json .HostConfig}}", id)) as Record<string, unknown>;
  expect(facts).toMatchObject({
    Privileged: false,
    CapAdd: null,
    SecurityOpt: ["no-new-privileges:true"],
    Binds: null,
    RestartPolicy: { Name: "no" },
    LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
  });
  const { stdout } = await runtime.exec(id, ["cat", "/proc/1/status"]);
  expect(stdout).toMatch(/NoNewPrivs:\t1/);
});

test("output of commands is bounded", async () => {
  const id = await start("loud", "sleep 1000");
  const { exitCode, stdout, stderr } = await runtime.exec(id, [
    "sh",
    "-c",
    "head -c 1000000 /dev/zero | tr '\\0' x; echo no >&2",
  ]);
  expect({ exitCode, length: stdout.length, stderr }).toEqual({ exitCode: 0, length: 65_536, stderr: "no\n" });
});

test("the default route of a routed network is the gateway, in both families", async () => {
  const network = `${PLANET}-net`;
  await runtime.createNetwork({
    name: network,
    labels,
    subnet4: "198.51.100.0/24",
    bridge4: "198.51.100.1",
    gateway4: "198.51.100.254",
    subnet6: "fdaa:ffff:100::/64",
    bridge6: "fdaa:ffff:100::1",
    gateway6: "fdaa:ffff:100::fe",
    routed: true,
  });
  const id = await runtime.createContainer({
    name: `${PLANET}-route`,
    image,
    command: ["sleep", "1000"],
    labels,
    networks: [{ network, address4: "198.51.100.5", address6: "fdaa:ffff:100::5" }],
  });
  await runtime.startContainer(id);
  expect((await runtime.exec(id, ["cat", "/proc/net/route"])).stdout).toMatch(/eth0\t00000000\tFE6433C6\t/);
  expect((await runtime.exec(id, ["cat", "/proc/net/ipv6_route"])).stdout).toMatch(
    /^0{32} 00 0{32} 00 fdaaffff0100000000000000000000fe/m,
  );
});
