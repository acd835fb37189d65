// Whether a planet is whole: what control acknowledged holds, everything on the engine has an owner, no machine runs twice.
import type { ContainerInfo, ContainerRuntime } from "../../src/emulator/runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../../src/emulator/runtime/labels.ts";
import { APP, type Call, type Model } from "./kills-workload.ts";

/** What was seen of a planet in one look. */
export interface Seen {
  readonly machines: readonly { id: string; state: string; config: { env?: Record<string, string> } }[];
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
  /** Containers on the engine that hold networks of machines. */
  readonly anchors: readonly { readonly machine: string; readonly state: string }[];
  /** Containers of machines on the engine. */
  readonly containers: readonly { readonly machine: string; readonly state: string }[];
  /** Volumes on the engine. */
  readonly engineVolumes: readonly string[];
  /** How many containers are at work on volumes. */
  readonly workers: number;
}

function ownerAndState({ labels, state }: ContainerInfo): { machine: string; state: string } {
  return { machine: labels[LABEL.machine] ?? "", state };
}

/** Undefined: control does not answer. The engine is asked without a program, which would take what heals its processor. */
export async function lookAt(call: Call, runtime: ContainerRuntime, planet: string): Promise<Seen | undefined> {
  const [machines, volumes, secrets, anchors, containers, engineVolumes, workers] = await Promise.all([
    call("GET", `/apps/${APP}/machines`),
    call("GET", `/apps/${APP}/volumes`),
    call("GET", `/apps/${APP}/secrets`),
    runtime.listContainers(planetLabels(planet, "anchor")),
    runtime.listContainers(planetLabels(planet, "machine")),
    runtime.listVolumes(planetLabels(planet, "volume")),
    runtime.listContainers(planetLabels(planet, "worker")),
  ]);
  if (machines?.status !== 200 || volumes?.status !== 200 || secrets?.status !== 200) return undefined;
  const prefix = names.volume(planet, "");
  return {
    machines: machines.body as Seen["machines"],
    volumes: (volumes.body as { id: string }[]).map(({ id }) => id),
    secrets: (secrets.body as { secrets: { name: string }[] }).secrets.map(({ name }) => name),
    anchors: anchors.map(ownerAndState),
    containers: containers.map(ownerAndState),
    engineVolumes: engineVolumes.map((name) => name.slice(prefix.length)),
    workers: workers.length,
  };
}

function machineProblems({ machines }: Model, seen: Seen): string[] {
  const found: string[] = [];
  for (const [id, { versions, state }] of machines) {
    const machine = seen.machines.find((one) => one.id === id);
    if (state === "destroyed" && machine !== undefined) found.push(`${id} was destroyed and is ${machine.state}`);
    if (state === undefined || state === "destroyed") continue;
    if (machine?.state !== state) found.push(`${id} is ${machine?.state ?? "gone"}, not ${state}`);
    const version = machine?.config.env?.["V"] ?? "";
    if (!versions.includes(version)) found.push(`${id} has version ${version}`);
  }
  const alive = new Set(seen.machines.filter(({ state }) => state === "started").map(({ id }) => id));
  const running = seen.containers.filter(({ state }) => state === "running").map(({ machine }) => machine);
  for (const id of alive) if (!running.includes(id)) found.push(`${id} is started and does not run`);
  for (const id of running) if (!alive.has(id)) found.push(`${id} runs and is not started`);
  if (new Set(running).size < running.length) found.push("a machine runs twice");
  const anchored = seen.anchors.filter(({ state }) => state === "running").map(({ machine }) => machine);
  for (const id of anchored) if (!alive.has(id)) found.push(`${id} has a network and is not started`);
  const owners = new Set(seen.machines.map(({ id }) => id));
  for (const { machine, state } of [...seen.containers, ...seen.anchors])
    if (!owners.has(machine)) found.push(`container without owner: ${machine}, ${state}`);
  return found;
}

/** What is not as it should be; empty when the planet is whole. */
export function problems(model: Model, seen: Seen): string[] {
  const found = machineProblems(model, seen);
  for (const [id, must] of model.volumes) {
    if (must === true && !(seen.volumes.includes(id) && seen.engineVolumes.includes(id)))
      found.push(`volume ${id} is gone`);
    if (must === false && seen.engineVolumes.includes(id)) found.push(`volume ${id} is still there`);
  }
  for (const id of seen.engineVolumes) if (!seen.volumes.includes(id)) found.push(`volume without owner: ${id}`);
  for (const [name, must] of model.secrets)
    if (must !== undefined && seen.secrets.includes(name) !== must)
      found.push(`secret ${name} is ${must ? "gone" : "still there"}`);
  if (seen.workers > 0) found.push(`${seen.workers} containers at work on volumes are left`);
  return found;
}

/** Takes over what a whole planet has: of what was not answered it is known now whether it held. */
export function adopt(model: Model, seen: Seen, workers: number): void {
  model.machines.clear();
  seen.machines.forEach(({ id, state, config }, index) =>
    model.machines.set(id, {
      worker: index % workers,
      versions: [config.env?.["V"] ?? ""],
      state: state === "started" || state === "stopped" ? state : undefined,
    }),
  );
  model.volumes.clear();
  for (const id of seen.volumes) model.volumes.set(id, true);
  model.secrets.clear();
  for (const name of seen.secrets) model.secrets.set(name, true);
}
