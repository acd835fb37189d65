import type { ApiIp } from "../../client/machines/addresses-api.ts";

export interface IpRow {
  readonly version: "v4" | "v6";
  readonly ip: string;
  readonly type: "public" | "shared" | "private";
  readonly region: string;
  readonly created_at: string;
}

/** What an address is. The API names no type: it shows in the address itself. */
export function describeIp({ ip, shared, region, created_at }: ApiIp): IpRow {
  return {
    version: ip.includes(":") ? "v6" : "v4",
    ip,
    type: shared === true ? "shared" : /^fd/i.test(ip) ? "private" : "public",
    region: region === undefined || region === "" ? "global" : region,
    created_at: created_at ?? "",
  };
}
