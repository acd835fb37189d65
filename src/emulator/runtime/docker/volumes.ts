// Volumes, and work on what is in them: done by a container of its own that has no network and is removed in any case.
import { AppError } from "../../../errors/app-error.ts";
import type { ContainerRuntime, ContainerSpec, VolumeWorker } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { containerCreateOptions } from "./container-options.ts";
import { createMultiplexedLogDecoder } from "./log-lines.ts";
import { labelFilter } from "./networks.ts";

const FROM = "/from";
const TO = "/to";
/** -a with a trailing dot copies what is hidden too; reflinks and holes cost nothing where the file system has them. */
const COPY = ["cp", "--archive", "--reflink=auto", "--sparse=auto", `${FROM}/.`, TO];
const MEASURE = ["du", "--summarize", "--block-size=1", FROM];

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
      const container = await docker.createContainer({ ...options, User: "0" });
      try {
        // asked before the start, so that the end cannot be missed
        const ended = container.wait({ condition: "next-exit" }) as Promise<{ StatusCode: number }>;
        ended.catch(() => undefined);
        await container.start();
        const { StatusCode } = await ended;
        const decoder = createMultiplexedLogDecoder();
        const raw = await container.logs({ stdout: true, stderr: true, timestamps: true });
        const lines = [...decoder.push(raw), ...decoder.flush()];
        const said = (stream: "stdout" | "stderr"): string =>
          lines.flatMap((line) => (line.stream === stream ? [line.text] : [])).join("\n");
        if (StatusCode === 0) return said("stdout");
        const full = /No space left on device/.test(said("stderr"));
        throw new AppError(full ? "DISK_FULL" : "DOCKER_FAILED", `Docker could not ${doing}: ${said("stderr")}`, {
          details: { exitCode: StatusCode },
        });
      } finally {
        await container.remove({ force: true, v: true }).catch(() => undefined);
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
      await work(
        `copy volume "${from}" to "${to}"`,
        COPY,
        [
          { volume: from, target: FROM, readOnly: true },
          { volume: to, target: TO },
        ],
        worker,
      );
    },
    volumeUsage: async (name, worker) => {
      await requireVolume(name);
      const mount = { volume: name, target: FROM, readOnly: true };
      return Number.parseInt(await work(`measure volume "${name}"`, MEASURE, [mount], worker), 10);
    },
  };
}
