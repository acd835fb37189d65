// What only a planet has (/hangar/v1) and the Machines API has no path for: lists of organizations and of tokens.
import type { z } from "zod";
import { OrganizationsSchema } from "../contract/apps.ts";
import { type IssuedToken, IssuedTokensSchema } from "../contract/tokens.ts";
import { createTransport, type TransportOptions } from "./machines/transport.ts";

export type Organization = z.infer<typeof OrganizationsSchema>["organizations"][number];

export interface PlanetClient {
  organizations(): Promise<Organization[]>;
  tokens(): Promise<IssuedToken[]>;
  revokeToken(id: string): Promise<void>;
}

/** A client of a planet's own endpoints. Makes no request by itself. */
export function createPlanetClient(options: TransportOptions): PlanetClient {
  const transport = createTransport(options);
  return {
    organizations: async () =>
      (await transport.fetch({ method: "GET", path: "/hangar/v1/organizations" }, OrganizationsSchema)).organizations,
    tokens: async () =>
      (await transport.fetch({ method: "GET", path: "/hangar/v1/tokens" }, IssuedTokensSchema)).tokens,
    revokeToken: (id) => transport.send({ method: "DELETE", path: `/hangar/v1/tokens/${encodeURIComponent(id)}` }),
  };
}
