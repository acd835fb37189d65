// Bridge networks with explicit addresses, and what is attached to them.
import type { NetworkCreateOptions } from "dockerode";
import type { Attachment, ContainerRuntime, NetworkSpec } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { textOf } from "./errors.ts";

/** What the engine attaches containers without networks to. */
export const NO_NETWORK = "none";

/** The names of those networks that are some. */
export function attachedTo(networks: Readonly<Record<string, unknown>> | undefined): string[] {
  return Object.keys(networks ?? {}).filter((name) => name !== NO_NETWORK);
}

/** The endpoint settings of an attachment, as both container creation and `network connect` take them. */
export function endpointConfig(attachment: Attachment): {
  IPAMConfig?: { IPv4Address?: string; IPv6Address?: string };
} {
  const { address4, address6 } = attachment;
  if (address4 === undefined && address6 === undefined) return {};
  return {
    IPAMConfig: {
      ...(address4 === undefined ? {} : { IPv4Address: address4 }),
      ...(address6 === undefined ? {} : { IPv6Address: address6 }),
    },
  };
}

/** The engine's form of a network. All addresses are static, so no range is set aside for dynamic ones. */
export function networkCreateOptions(spec: NetworkSpec): NetworkCreateOptions {
  const pool4 = {
    Subnet: spec.subnet4,
    Gateway: spec.bridge4,
    // undocumented for bridges but stable since 1.x: the auxiliary address of this name becomes the default route
    ...(spec.gateway4 === undefined ? {} : { AuxiliaryAddresses: { DefaultGatewayIPv4: spec.gateway4 } }),
  };
  const pool6 =
    spec.subnet6 === undefined
      ? undefined
      : {
          Subnet: spec.subnet6,
          ...(spec.bridge6 === undefined ? {} : { Gateway: spec.bridge6 }),
          ...(spec.gateway6 === undefined ? {} : { AuxiliaryAddresses: { DefaultGatewayIPv6: spec.gateway6 } }),
        };
  return {
    Name: spec.name,
    Driver: "bridge",
    // engines before 25 make a second network of the same name without it
    CheckDuplicate: true,
    EnableIPv6: pool6 !== undefined,
    IPAM: { Driver: "default", Config: pool6 === undefined ? [pool4] : [pool4, pool6] },
    Labels: { ...spec.labels },
    // engines before 27 ignore these; from 28 on, nat mode drops packets that carry other networks' addresses
    ...(spec.routed
      ? {
          Options: {
            "com.docker.network.bridge.gateway_mode_ipv4": "routed",
            "com.docker.network.bridge.gateway_mode_ipv6": "routed",
          },
        }
      : {}),
  };
}

type NetworkOperations = Pick<
  ContainerRuntime,
  "createNetwork" | "removeNetwork" | "listNetworks" | "connect" | "disconnect"
>;

/** The network operations of the runtime on an engine. */
export function createNetworkOperations(client: EngineClient): NetworkOperations {
  return {
    createNetwork: async (spec) => {
      await client.call(`create network "${spec.name}"`, (docker) => docker.createNetwork(networkCreateOptions(spec)));
    },
    removeNetwork: async (name) => {
      await client.callUnless([404], `remove network "${name}"`, (docker) => docker.getNetwork(name).remove());
    },
    listNetworks: async (labels = {}) => {
      const listed = await client.call("list networks", (docker) =>
        docker.listNetworks({ filters: labelFilter(labels) }),
      );
      return listed.map((network) => ({
        name: network.Name,
        labels: network.Labels ?? {},
        subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])),
      }));
    },
    connect: (container, attachment) =>
      client.call(`connect container "${container}" to network "${attachment.network}"`, async (docker) => {
        const connect = (): Promise<unknown> =>
          docker
            .getNetwork(attachment.network)
            .connect({ Container: container, EndpointConfig: endpointConfig(attachment) });
        try {
          await connect();
        } catch (thrown) {
          if (/^endpoint with name .* already exists in network/.test(textOf(thrown))) return;
          if (!/with one of the networks in .*none/.test(textOf(thrown))) throw thrown;
          await docker.getNetwork(NO_NETWORK).disconnect({ Container: container });
          await connect();
        }
      }),
    disconnect: async (container, network) => {
      await client.callUnless(
        [404],
        `disconnect container "${container}" from network "${network}"`,
        async (docker) => {
          try {
            await docker.getNetwork(network).disconnect({ Container: container, Force: true });
          } catch (thrown) {
            if (!/is not connected to (?:the )?network/.test(textOf(thrown))) throw thrown;
          }
        },
      );
    },
  };
}

/** The engine's filter for things that carry all these labels. */
export function labelFilter(labels: Readonly<Record<string, string>>): { label: string[] } {
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
}
