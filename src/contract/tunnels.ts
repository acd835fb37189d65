// Wire shapes of tunnels: one upgraded connection each, on which bytes pass as they are to a program in the planet's network.
// GET /hangar/v1/apps/{app}/tunnels/{host}/{port}, with an Upgrade; without one and without the port: what the host stands for.
import { z } from "zod";

/** What both sides name in the Upgrade header. */
export const TUNNEL_PROTOCOL = "hangar-tunnel/1";

/** Where a tunnel leads. */
export const TunnelEndSchema = z.object({
  /** A name of the planet's DNS, or an address of a machine. */
  host: z
    .string()
    .max(253)
    .regex(/^[a-z0-9._:-]+$/i),
  port: z.coerce.number().int().min(1).max(65_535),
});
export type TunnelEnd = z.infer<typeof TunnelEndSchema>;

/** The addresses that a host stands for now. */
export const TunnelAddressesSchema = z.object({ addresses: z.array(z.string()).min(1) });
