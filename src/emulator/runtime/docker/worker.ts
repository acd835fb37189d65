// A command that runs in a container of its own, without a network, on volumes. It goes on when we are killed meanwhile: work
// with a name is then found again, under way or done, and waited for; other work is removed by the engine.
import type Docker from "dockerode";
import { AppError } from "../../../errors/app-error.ts";
import { waitUntil } from "../../../platform/clock.ts";
import type { ContainerSpec, VolumeWorker } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { containerCreateOptions } from "./container-options.ts";
import { statusOf } from "./errors.ts";
import { collectOutput } from "./exec.ts";

export interface Work {
  /** As in `copy volume "x"`. */
  readonly doing: string;
  /** One container of this name does the work, for all that ask for it; absent: each has its own. */
  readonly name?: string;
  readonly command: readonly string[];
  readonly mounts: NonNullable<ContainerSpec["mounts"]>;
}

/** How often what somebody else began may fail, until this work does. */
const TRIES = 5;
const PATIENTLY = { deadlineMs: 30_000, intervalMs: 20 };

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs commands to their ends; their standard outputs. */
export function createWork(client: EngineClient): (work: Work, worker: VolumeWorker) => Promise<string> {
  return ({ doing, name, command, mounts }, { image, labels }) =>
    client.call(doing, async (docker) => {
      const spec = containerCreateOptions({
        name: name ?? "",
        image,
        labels,
        networks: [],
        entrypoint: command,
        mounts,
      });
      const HostConfig = { ...spec.HostConfig, AutoRemove: name === undefined };
      for (let attempt = 1; ; attempt += 1) {
        const { container, begun } = await obtain(docker, { ...spec, HostConfig, User: "0" });
        try {
          const ended = await (begun ? takeOver(container) : perform(container, HostConfig.AutoRemove));
          await remove(container);
          return outcome(ended, doing);
        } catch (thrown) {
          // One that still does somebody else's work stays.
          if (!begun || (await isOver(container))) await remove(container).catch(() => undefined);
          // It was cut short, or somebody else who waited for it has removed it.
          if (!begun || attempt === TRIES) throw thrown;
        }
      }
    });
}

interface Obtained {
  readonly container: Docker.Container;
  /** It was there already. */
  readonly begun: boolean;
}

/** A new container, or the one that has the name. A name is taken a little before its container can be found, and after. */
async function obtain(docker: Docker, options: Docker.ContainerCreateOptions): Promise<Obtained> {
  const { name } = options;
  if (name === undefined || name === "") return { container: await docker.createContainer(options), begun: false };
  const probe = async (): Promise<Obtained | { readonly thrown: unknown } | undefined> => {
    try {
      return { container: await docker.createContainer(options), begun: false };
    } catch (thrown) {
      if (statusOf(thrown) !== 409) return { thrown };
    }
    // by its ID from here on: the name may soon be another one's
    const found = await docker.getContainer(name).inspect().catch(unlessMissing);
    return found === undefined ? undefined : { container: docker.getContainer(found.Id), begun: true };
  };
  const obtained = await waitUntil(probe, { what: `container "${name}"`, ...PATIENTLY });
  if ("thrown" in obtained) throw obtained.thrown;
  return obtained;
}

/** A new container's whole life. */
async function perform(container: Docker.Container, isRemoved: boolean): Promise<Ended> {
  // asked before the start, so that nothing can be missed
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const condition = isRemoved ? "removed" : "next-exit";
  const ended = container.wait({ condition }) as Promise<{ StatusCode: number }>;
  const [{ StatusCode }, output] = await Promise.all([ended, collectOutput(stream), start(container)]);
  return { exitCode: StatusCode, ...output };
}

/** The same of a container that somebody else made, which may have ended long ago. */
async function takeOver(container: Docker.Container): Promise<Ended> {
  const { State } = await container.inspect();
  if (State.Status === "created") await start(container);
  const ended = container.wait() as Promise<{ StatusCode: number }>;
  const output = container.logs({ follow: true, stdout: true, stderr: true }).then((stream) => collectOutput(stream));
  const [{ StatusCode }, printed] = await Promise.all([ended, output]);
  return { exitCode: StatusCode, ...printed };
}

async function start(container: Docker.Container): Promise<void> {
  try {
    await container.start();
  } catch (thrown) {
    // somebody else who waits for it was quicker
    if (statusOf(thrown) !== 304) throw thrown;
  }
}

async function isOver(container: Docker.Container): Promise<boolean> {
  const found = await container.inspect().catch(unlessMissing);
  return found?.State.Running !== true;
}

/** Resolves when the container is gone, whoever removes it. */
async function remove(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (thrown) {
    if (statusOf(thrown) === 404) return;
    if (statusOf(thrown) !== 409) throw thrown;
    const isGone = async (): Promise<true | undefined> =>
      (await container.inspect().catch(unlessMissing)) === undefined ? true : undefined;
    await waitUntil(isGone, { what: "a worker to be removed", ...PATIENTLY });
  }
}

/** For what a container that is not there is no failure. */
function unlessMissing(thrown: unknown): undefined {
  if (statusOf(thrown) !== 404) throw thrown;
}

function outcome({ exitCode, stdout, stderr }: Ended, doing: string): string {
  if (exitCode === 0) return stdout;
  const full = /No space left on device/.test(stderr);
  throw new AppError(full ? "DISK_FULL" : "DOCKER_FAILED", `Docker could not ${doing}: ${stderr.trim()}`, {
    details: { exitCode },
  });
}
