// Addresses that apps are given. Nothing outside the planet routes them: public ones come from the ranges set aside for
// documentation, so that they are nobody's.
import type { z } from "zod";
import type { AssignIpSchema, IpType } from "../../contract/certificates.ts";
import { AppError } from "../../errors/app-error.ts";
import type { RandomBytes } from "../model/ids.ts";
import type { PlanetRecord } from "../model/records.ts";
import { blockOf } from "../topology/address-plan.ts";
import type { IpRecord } from "./store/grant-tables.ts";
import type { Store } from "./store/store.ts";

export interface IpAddresses {
  /** One address, or two for a pair. @throws REGION_UNKNOWN, ADDRESS_CLASH */
  assign(app: string, request: z.infer<typeof AssignIpSchema>): [IpRecord, IpRecord?];
  /** @throws IP_NOT_FOUND */
  release(app: string, ip: string): void;
}

/** What apps share has one address, in a range of its own. Apps without an address are reached there too. */
export const SHARED_V4 = "192.0.2.1";
const TRIES = 1_000;

export interface IpAddressesDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly requireRegion: (code: string) => void;
  readonly now: () => number;
  readonly random: RandomBytes;
}

export function createIpAddresses({ planet, store, requireRegion, now, random }: IpAddressesDeps): IpAddresses {
  const { grants } = store;
  const hextets = (count: number): string =>
    Array.from({ length: count }, () =>
      Buffer.from(random(2))
        .toString("hex")
        .replace(/^0{1,3}/, ""),
    ).join(":");
  const candidate = (type: IpType): string => {
    const [host = 0] = random(1);
    switch (type) {
      case "v4":
        return `203.0.113.${host}`;
      case "egress_v4":
        return `198.51.100.${host}`;
      case "shared_v4":
        return SHARED_V4;
      case "private_v6":
        return `fdaa:0:${blockOf(planet.block).ulaNetwork.toString(16)}:0:1::${hextets(1)}`;
      default:
        return `2001:db8:${hextets(2)}::1`;
    }
  };
  const free = (type: IpType): string => {
    for (let i = 0; i < TRIES; i += 1) {
      const ip = candidate(type);
      if (type === "shared_v4" || !grants.ipTaken(ip)) return ip;
    }
    throw new AppError("ADDRESS_CLASH", `no address of type ${type} is free`, {
      suggestions: ["release addresses that are no longer needed"],
    });
  };

  return {
    assign: (app, { type = "v6", region, network, org_slug: organization, service_name: service }) => {
      if (region !== undefined && region !== "" && region !== "global") requireRegion(region);
      const owner = store.app(app);
      const insert = (kind: IpType): IpRecord => {
        const shared = kind === "shared_v4" ? grants.ips(app).find((record) => record.type === kind) : undefined;
        if (shared !== undefined) return shared;
        const record: IpRecord = {
          app,
          ip: free(kind),
          type: kind,
          region: region === undefined || region === "" ? "global" : region,
          service: service ?? "",
          network: network ?? owner?.network ?? "default",
          organization: organization ?? owner?.organization ?? "personal",
          createdAt: new Date(now()).toISOString(),
        };
        grants.insertIp(record);
        return record;
      };
      return store.transaction(() =>
        type === "egress_pair" ? [insert("egress_v4"), insert("egress_v6")] : [insert(type)],
      );
    },
    release: (app, ip) => {
      if (!grants.dropIp(app, ip)) throw new AppError("IP_NOT_FOUND", `ip not found: "${ip.slice(0, 100)}"`);
    },
  };
}
