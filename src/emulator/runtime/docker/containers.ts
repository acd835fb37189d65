// The life of containers: create, start, stop, remove, look at.
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Container, ContainerInspectInfo } from "dockerode";
import type { ContainerDetail, ContainerInfo, ContainerRuntime, ContainerState } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { containerCreateOptions } from "./container-options.ts";
import { attachedTo, endpointConfig, labelFilter } from "./networks.ts";
import { giveInput } from "./streams.ts";

const DEFAULT_STOP_TIMEOUT_SECONDS = 10;
/** The engine closes the connection when it has passed everything on; a program that never reads ends the wait here. */
const INPUT_DEADLINE_MS = 5_000;

/** For a removal that is in progress already. */
const REMOVAL_DEADLINE_MS = 10_000;

const STATES: Readonly<Record<string, ContainerState>> = {
  created: "created",
  running: "running",
  paused: "paused",
  exited: "exited",
  restarting: "exited",
  removing: "dead",
  dead: "dead",
};

const stateOf = (word: string): ContainerState => STATES[word] ?? "dead";

type ContainerOperations = Pick<
  ContainerRuntime,
  | "createContainer"
  | "startContainer"
  | "stopContainer"
  | "signalContainer"
  | "pauseContainer"
  | "unpauseContainer"
  | "removeContainer"
  | "inspectContainer"
  | "listContainers"
>;

/** The container operations of the runtime on an engine. */
export function createContainerOperations(client: EngineClient): ContainerOperations {
  const createContainer: ContainerRuntime["createContainer"] = (spec) =>
    client.call(`create container "${spec.name}"`, async (docker) => {
      const container = await docker.createContainer(containerCreateOptions(spec));
      try {
        for (const attachment of spec.networks.slice(1)) {
          await docker
            .getNetwork(attachment.network)
            .connect({ Container: container.id, EndpointConfig: endpointConfig(attachment) });
        }
      } catch (thrown) {
        // half a container is of no use to anyone; what hindered it is what the caller has to hear
        await container.remove({ force: true, v: true }).catch(() => undefined);
        throw thrown;
      }
      return container.id;
    });

  /** With a signal of the caller's: API 1.41 cannot pass it to stop, so it is sent, waited for, and followed by SIGKILL. */
  const stopWithSignal = (id: string, signal: string, timeoutSeconds: number): Promise<unknown> =>
    client.callUnless([304, 404, 409], `stop container "${id}"`, async (docker) => {
      const container = docker.getContainer(id);
      const { State, Config } = await container.inspect();
      const own = (Config as { StopSignal?: string }).StopSignal ?? "SIGTERM";
      if (signalName(signal) === signalName(own)) {
        await container.stop({ t: timeoutSeconds });
        return;
      }
      if (State.Paused) await container.unpause();
      const waiting = new AbortController();
      // asked before the signal is sent, so that an end cannot be missed
      const ended = container.wait({ condition: "not-running", abortSignal: waiting.signal }).then(() => true);
      const expired = delay(timeoutSeconds * 1000, false, { signal: waiting.signal });
      try {
        await container.kill({ signal });
        if (await Promise.race([ended, expired])) return;
        await container.kill({ signal: "SIGKILL" });
        await ended;
      } finally {
        waiting.abort();
        await Promise.allSettled([ended, expired]);
      }
    });

  return {
    createContainer,
    startContainer: async (id, { stdin } = {}) => {
      await client.callUnless([304], `start container "${id}"`, async (docker) => {
        const container = docker.getContainer(id);
        await (stdin === undefined ? container.start() : startWithInput(container, stdin));
      });
    },
    stopContainer: async (id, options = {}) => {
      const { signal, timeoutSeconds } = options;
      if (signal !== undefined) {
        await stopWithSignal(id, signal, timeoutSeconds ?? DEFAULT_STOP_TIMEOUT_SECONDS);
        return;
      }
      // left to the engine, which finishes it even when we are killed meanwhile
      await client.callUnless([304, 404], `stop container "${id}"`, (docker) =>
        docker.getContainer(id).stop(timeoutSeconds === undefined ? {} : { t: timeoutSeconds }),
      );
    },
    signalContainer: async (id, signal) => {
      await client.call(`send ${signal} to container "${id}"`, (docker) => docker.getContainer(id).kill({ signal }));
    },
    pauseContainer: (id) => setPaused(client, id, true),
    unpauseContainer: (id) => setPaused(client, id, false),
    removeContainer: async (id) => {
      await client.callUnless([404], `remove container "${id}"`, (docker) => remove(docker.getContainer(id)));
    },
    inspectContainer: async (id) => {
      const found = await client.callUnless([404], `inspect container "${id}"`, (docker) =>
        docker.getContainer(id).inspect(),
      );
      if (found === undefined) return undefined;
      const { State } = found;
      return {
        id: found.Id,
        name: found.Name.replace(/^\//, ""),
        labels: found.Config.Labels ?? {},
        state: stateOf(State.Status),
        image: found.Config.Image,
        networks: attachedTo(found.NetworkSettings.Networks),
        pid: State.Pid,
        exitCode: State.ExitCode,
        oomKilled: State.OOMKilled,
        error: State.Error,
        startedAt: State.StartedAt,
        finishedAt: endOf(State),
      } satisfies ContainerDetail;
    },
    listContainers: async (labels) => {
      const listed = await client.call("list containers", (docker) =>
        docker.listContainers({ all: true, filters: labelFilter(labels) }),
      );
      return listed.map((found): ContainerInfo => ({
        id: found.Id,
        name: (found.Names[0] ?? "").replace(/^\//, ""),
        labels: found.Labels ?? {},
        state: stateOf(found.State),
        image: found.Image,
        networks: attachedTo(found.NetworkSettings?.Networks),
      }));
    },
  };
}

/**
 * When its program ended, never before it started: the engine notes a start once the start has come back, and the end
 * of a program that was quicker than that as the moment it really ended (60 of 100 tries of `true`).
 */
export function endOf({
  Status,
  StartedAt,
  FinishedAt,
}: Pick<ContainerInspectInfo["State"], "Status" | "StartedAt" | "FinishedAt">): string {
  const ended = stateOf(Status) === "exited";
  return ended && Date.parse(FinishedAt) < Date.parse(StartedAt) ? StartedAt : FinishedAt;
}

/** A removal that another call has begun is waited for; where it fails, this one tries itself. */
async function remove(container: Container): Promise<void> {
  const late = AbortSignal.timeout(REMOVAL_DEADLINE_MS);
  for (;;) {
    try {
      await container.remove({ force: true, v: true });
      return;
    } catch (thrown) {
      if ((thrown as { statusCode?: number }).statusCode !== 409 || late.aborted) throw thrown;
    }
    await container.wait({ condition: "removed", abortSignal: late });
  }
}

/** Attached before the start, so that the program finds its input there; what it does not read in time goes with the connection. */
async function startWithInput(container: Container, input: string | Uint8Array): Promise<void> {
  const stream = (await container.attach({ stream: true, stdin: true, hijack: true })) as Duplex;
  const closed = once(stream, "close");
  const given = Promise.race([once(stream, "finish"), closed]);
  const late = delay(INPUT_DEADLINE_MS, undefined, { ref: false });
  try {
    await container.start();
    giveInput(stream, input);
    stream.resume();
    await Promise.race([given, late]);
  } catch (thrown) {
    stream.destroy();
    throw thrown;
  }
  // The engine has it, and ends the connection when the program has read it; one in a hundred it ends only when it is told to.
  void Promise.race([closed, late]).then(() => stream.destroy());
}

/** Resolves when the event comes, whatever else does. */
function once(stream: Duplex, event: "close" | "finish"): Promise<void> {
  return new Promise((resolve) => stream.once(event, () => resolve()));
}

function signalName(signal: string): string {
  return signal.toUpperCase().replace(/^SIG/, "");
}

/** The engine answers 409 (older: 500) both for "is so already" and for "is not running", so the state decides. */
async function setPaused(client: EngineClient, id: string, paused: boolean): Promise<void> {
  await client.call(`${paused ? "pause" : "unpause"} container "${id}"`, async (docker) => {
    const container = docker.getContainer(id);
    try {
      await (paused ? container.pause() : container.unpause());
    } catch (thrown) {
      const state = (await container.inspect()).State;
      if (!state.Running || state.Paused !== paused) throw thrown;
    }
  });
}
