// Typed client of the Machines API, wherever it is spoken: by a planet or by the platform itself. What only a planet has
// (/hangar/v1) is in planet-client.ts.
import type { Clock } from "../platform/clock.ts";
import { type CertificatesApi, createCertificatesApi, createIpsApi, type IpsApi } from "./machines/addresses-api.ts";
import { type AppsApi, createAppsApi } from "./machines/apps-api.ts";
import { createMachinesApi, type MachinesApi } from "./machines/machines-api.ts";
import { createPlatformApi, type PlatformApi } from "./machines/platform-api.ts";
import { createSecretsApi, type SecretsApi } from "./machines/secrets-api.ts";
import { createTransport, type TransportOptions } from "./machines/transport.ts";
import { createVolumesApi, type VolumesApi } from "./machines/volumes-api.ts";

export interface MachinesClient {
  readonly apps: AppsApi;
  readonly machines: MachinesApi;
  readonly volumes: VolumesApi;
  readonly secrets: SecretsApi;
  readonly ips: IpsApi;
  readonly certificates: CertificatesApi;
  readonly platform: PlatformApi;
}

export interface MachinesClientOptions extends TransportOptions {
  readonly clock: Pick<Clock, "now" | "monotonic" | "sleep">;
}

/**
 * A client of the API at a base URL. Makes no request by itself.
 * @example createMachinesClient({ baseUrl: "https://api.machines.dev", token, fetch, clock: systemClock })
 */
export function createMachinesClient(options: MachinesClientOptions): MachinesClient {
  const transport = createTransport(options);
  return {
    apps: createAppsApi({ transport, clock: options.clock, signal: options.signal }),
    machines: createMachinesApi({ transport, clock: options.clock, signal: options.signal }),
    volumes: createVolumesApi(transport),
    secrets: createSecretsApi(transport),
    ips: createIpsApi(transport),
    certificates: createCertificatesApi(transport),
    platform: createPlatformApi(transport),
  };
}
