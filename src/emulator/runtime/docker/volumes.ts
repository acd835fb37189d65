// Volumes, and work on what is in them: done by a container of its own that has no network, and that the engine removes when
// it has ended, also when we are killed meanwhile.
import { AppError } from "../../../errors/app-error.ts";
import type { ContainerRuntime, ContainerSpec, VolumeWorker } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { containerCreateOptions } from "./container-options.ts";
import { collectOutput } from "./exec.ts";
import { labelFilter } from "./networks.ts";

const FROM = "/from";
const TO = "/to";
/** -a with a trailing dot copies what is hidden too; reflinks and holes cost nothing where the file system has them. */
const MEASURE = ["du", "--summarize", "--block-size=1"];
const COPY = [
  "sh",
  "-ec",
  `find ${TO} -mindepth 1 -delete; cp --archive --reflink=auto --sparse=auto ${FROM}/. ${TO}; exec ${MEASURE.join(" ")} ${TO}`,
];

type VolumeOperations = Pick<
  ContainerRuntime,
  "createVolume" | "removeVolume" | "listVolumes" | "copyVolume" | "volumeUsage"
>;

/** The volume operations of the runtime on an engine. */
export function createVolumeOperations(client: EngineClient): VolumeOperations {
  /** The engine makes volumes that a container names and that are not there: here that would hide a mistake. */
  const requireVolume = async (name: string): Promise<void> => {
    await client.call(`find volume "${name}"`, (docker) => docker.getVolume(name).inspect());
  };

  const work = (
    doing: string,
    command: readonly string[],
    mounts: NonNullable<ContainerSpec["mounts"]>,
    { image, labels }: VolumeWorker,
  ): Promise<string> =>
    client.call(doing, async (docker) => {
      const options = containerCreateOptions({ name: "", image, labels, networks: [], entrypoint: command, mounts });
      const HostConfig = { ...options.HostConfig, AutoRemove: true };
      const container = await docker.createContainer({ ...options, HostConfig, User: "0" });
      try {
        // asked before the start, so that nothing can be missed
        const stream = await container.attach({ stream: true, stdout: true, stderr: true });
        const ended = container.wait({ condition: "removed" }) as Promise<{ StatusCode: number }>;
        const [{ StatusCode }, { stdout, stderr }] = await Promise.all([
          ended,
          collectOutput(stream),
          container.start(),
        ]);
        if (StatusCode === 0) return stdout;
        const full = /No space left on device/.test(stderr);
        throw new AppError(full ? "DISK_FULL" : "DOCKER_FAILED", `Docker could not ${doing}: ${stderr.trim()}`, {
          details: { exitCode: StatusCode },
        });
      } catch (thrown) {
        // What never began is not removed by the engine.
        await container.remove({ force: true, v: true }).catch(() => undefined);
        throw thrown;
      }
    });

  return {
    createVolume: async (name, labels) => {
      await client.call(`create volume "${name}"`, (docker) =>
        docker.createVolume({ Name: name, Labels: { ...labels } }),
      );
    },
    removeVolume: async (name) => {
      await client.callUnless([404], `remove volume "${name}"`, (docker) => docker.getVolume(name).remove());
    },
    listVolumes: async (labels) => {
      const listed = await client.call("list volumes", (docker) =>
        docker.listVolumes({ filters: labelFilter(labels) }),
      );
      return (listed.Volumes ?? []).map(({ Name }) => Name);
    },
    copyVolume: async (from, to, worker) => {
      await Promise.all([requireVolume(from), requireVolume(to)]);
      const measured = await work(
        `copy volume "${from}" to "${to}"`,
        COPY,
        [
          { volume: from, target: FROM, readOnly: true },
          { volume: to, target: TO },
        ],
        worker,
      );
      return Number.parseInt(measured, 10);
    },
    volumeUsage: async (volumes, worker) => {
      if (volumes.length === 0) return new Map();
      await Promise.all(volumes.map(requireVolume));
      const mounts = volumes.map((volume, index) => ({ volume, target: `${FROM}/${index}`, readOnly: true }));
      const command = [...MEASURE, ...mounts.map(({ target }) => target)];
      const lines = (await work(`measure ${volumes.length} volumes`, command, mounts, worker)).split("\n");
      return new Map(volumes.map((volume, index) => [volume, Number.parseInt(lines[index] ?? "", 10)]));
    },
  };
}
