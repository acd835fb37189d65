// Networks, volumes, images and events of the in-memory engine.
import type { ContainerRuntime } from "../container-runtime.ts";
import { bytesOf, volumesOf } from "./container-operations.ts";
import { carries } from "./event-hub.ts";
import { isRunning } from "./process-life.ts";
import { refusals } from "./refusals.ts";
import type { MemoryVolume, MemoryWorld } from "./world.ts";

type EngineOperations = Pick<
  ContainerRuntime,
  | "createNetwork"
  | "removeNetwork"
  | "listNetworks"
  | "connect"
  | "disconnect"
  | "events"
  | "createVolume"
  | "removeVolume"
  | "listVolumes"
  | "copyVolume"
  | "volumeUsage"
  | "imageId"
  | "inspectImage"
  | "pullImage"
  | "tagImage"
>;

/** What users of the engine may do with everything but containers. */
export function createEngineOperations(world: MemoryWorld): EngineOperations {
  const { images, registry, volumes, containers, networks, hub, enter } = world;
  const volumeNamed = (name: string): MemoryVolume => {
    const found = volumes.get(name);
    if (found === undefined) throw refusals.noSuch("volume", name);
    return found;
  };
  const imageId = (reference: string): string =>
    `sha256:${Buffer.from(reference).toString("hex").padEnd(64, "0").slice(0, 64)}`;
  return {
    createNetwork: async (spec) => {
      await enter("createNetwork");
      networks.create(spec);
    },
    removeNetwork: async (name) => {
      await enter("removeNetwork");
      networks.remove(name);
    },
    listNetworks: async (labels = {}) => {
      await enter("listNetworks");
      return networks
        .list()
        .filter(({ spec }) => carries(spec.labels, labels))
        .map(({ spec, subnets }) => ({ name: spec.name, labels: spec.labels, subnets }));
    },
    connect: async (id, attachment) => {
      await enter("connect");
      const container = containers.get(id);
      if (!networks.has(attachment.network)) throw refusals.noSuch("network", attachment.network);
      if (container.attachments.has(attachment.network)) return;
      if (isRunning(container)) networks.join(attachment, container.id);
      container.attachments.set(attachment.network, attachment);
    },
    disconnect: async (id, network) => {
      await enter("disconnect");
      const container = containers.find(id);
      if (container?.attachments.delete(network) === true) networks.leave(network, container.id);
    },
    events: async (labels, signal) => {
      await enter("events");
      return hub.subscribe(labels, signal);
    },
    createVolume: async (name, labels) => {
      await enter("createVolume");
      // a second creation of the same name gives the first one, labels unchanged
      if (!volumes.has(name)) volumes.set(name, { labels, files: new Map() });
    },
    removeVolume: async (name) => {
      await enter("removeVolume");
      if (containers.all().some(({ spec }) => volumesOf(spec).includes(name))) throw refusals.inUse("volume", name);
      volumes.delete(name);
    },
    listVolumes: async (labels) => {
      await enter("listVolumes");
      return [...volumes].filter(([, volume]) => carries(volume.labels, labels)).map(([name]) => name);
    },
    copyVolume: async (from, to) => {
      await enter("copyVolume");
      const [source, target] = [volumeNamed(from), volumeNamed(to)];
      target.files.clear();
      for (const [path, content] of source.files) target.files.set(path, content);
      return bytesOf(target.files);
    },
    volumeUsage: async (names) => {
      await enter("volumeUsage");
      return new Map(names.map((name) => [name, bytesOf(volumeNamed(name).files)]));
    },
    imageId: async (reference) => {
      await enter("imageId");
      return images.has(reference) ? imageId(reference) : undefined;
    },
    inspectImage: async (reference) => {
      await enter("inspectImage");
      if (!images.has(reference)) return undefined;
      return {
        id: imageId(reference),
        entrypoint: [],
        command: [reference],
        env: {},
        user: "",
        workingDir: "",
        stopSignal: "",
        repoDigests: [],
      };
    },
    tagImage: async (id, reference) => {
      await enter("tagImage");
      const program = images.get(id);
      if (program === undefined) throw refusals.noImage(id);
      images.set(reference, program);
    },
    pullImage: async (reference) => {
      await enter("pullImage");
      const program = registry[reference];
      if (program === undefined) throw refusals.noImage(reference);
      images.set(reference, program);
    },
  };
}
