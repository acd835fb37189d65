// A command that runs in a container of its own, without a network, on volumes. The engine removes the container when it has
// ended, also when we are killed meanwhile; who asks for the same work then waits for what was begun.
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
const REMOVAL_DEADLINE_MS = 30_000;

type Ended = { readonly StatusCode: number };
type Output = Awaited<ReturnType<typeof collectOutput>>;

/** Runs commands to their ends; their standard outputs. */
export function createWork(client: EngineClient): (work: Work, worker: VolumeWorker) => Promise<string> {
  return ({ doing, name = "", command, mounts }, { image, labels }) =>
    client.call(doing, async (docker) => {
      const spec = containerCreateOptions({ name, image, labels, networks: [], entrypoint: command, mounts });
      const options = { ...spec, HostConfig: { ...spec.HostConfig, AutoRemove: true }, User: "0" };
      for (let attempt = 1; ; attempt += 1) {
        const { container, begun } = await obtain(docker, options);
        try {
          return await (begun ? takeOver(container, doing) : perform(container, doing));
        } catch (thrown) {
          // It was cut short, or it was over before it could be waited for.
          if (begun && attempt < TRIES) continue;
          // What never began is not removed by the engine.
          if (!begun) await container.remove({ force: true, v: true }).catch(() => undefined);
          throw thrown;
        }
      }
    });
}

/** A new container, or the one that has the name already: then `begun`. */
async function obtain(
  docker: Docker,
  options: Docker.ContainerCreateOptions,
): Promise<{ readonly container: Docker.Container; readonly begun: boolean }> {
  try {
    return { container: await docker.createContainer(options), begun: false };
  } catch (thrown) {
    if (statusOf(thrown) !== 409 || options.name === undefined || options.name === "") throw thrown;
    return { container: docker.getContainer(options.name), begun: true };
  }
}

/** What a new container prints until it has ended and is removed. */
async function perform(container: Docker.Container, doing: string): Promise<string> {
  // asked before the start, so that nothing can be missed
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const ended = container.wait({ condition: "removed" }) as Promise<Ended>;
  return outcome(await Promise.all([ended, collectOutput(stream), container.start()]), doing);
}

/** The same of a container that somebody else made: it may end and go at any moment, which nothing here may wait for. */
async function takeOver(container: Docker.Container, doing: string): Promise<string> {
  const { State } = await container.inspect();
  if (State.Status === "created") await container.start();
  const stream = await container.logs({ follow: true, stdout: true, stderr: true });
  const done = await Promise.all([container.wait() as Promise<Ended>, collectOutput(stream)]);
  const isRemoved = (): Promise<true | undefined> =>
    container.inspect().then(
      () => undefined,
      (thrown: unknown) => (statusOf(thrown) === 404 ? true : undefined),
    );
  await waitUntil(isRemoved, { what: "a worker to be removed", deadlineMs: REMOVAL_DEADLINE_MS, intervalMs: 20 });
  return outcome(done, doing);
}

function outcome([{ StatusCode }, { stdout, stderr }]: readonly [Ended, Output, unknown?], doing: string): string {
  if (StatusCode === 0) return stdout;
  const full = /No space left on device/.test(stderr);
  throw new AppError(full ? "DISK_FULL" : "DOCKER_FAILED", `Docker could not ${doing}: ${stderr.trim()}`, {
    details: { exitCode: StatusCode },
  });
}
