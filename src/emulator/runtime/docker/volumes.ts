// Volumes, and work on what is in them.
import type { ContainerRuntime } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { labelFilter } from "./networks.ts";
import { createWork } from "./worker.ts";

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

  const work = createWork(client);

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
      const mounts = [
        { volume: from, target: FROM, readOnly: true },
        { volume: to, target: TO },
      ];
      const doing = `copy volume "${from}" to "${to}"`;
      const measured = await work({ doing, name: `${to}-copy`, command: COPY, mounts }, worker);
      return Number.parseInt(measured, 10);
    },
    volumeUsage: async (volumes, worker) => {
      if (volumes.length === 0) return new Map();
      await Promise.all(volumes.map(requireVolume));
      const mounts = volumes.map((volume, index) => ({ volume, target: `${FROM}/${index}`, readOnly: true }));
      const command = [...MEASURE, ...mounts.map(({ target }) => target)];
      const lines = (await work({ doing: `measure ${volumes.length} volumes`, command, mounts }, worker)).split("\n");
      return new Map(volumes.map((volume, index) => [volume, Number.parseInt(lines[index] ?? "", 10)]));
    },
  };
}
