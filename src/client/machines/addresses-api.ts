// Public and private addresses of an app, and its certificates.
import { z } from "zod";
import {
  type CertificateDetail,
  CertificateDetailSchema,
  CertificatesSchema,
  type IpType,
  IpAssignmentSchema,
} from "../../contract/certificates.ts";
import { pathOf } from "./paths.ts";
import type { Transport } from "./transport.ts";

const ApiIpSchema = IpAssignmentSchema.partial().required({ ip: true });
export type ApiIp = z.infer<typeof ApiIpSchema>;
const IpsSchema = z.object({ ips: z.array(ApiIpSchema).default([]) });
export type CertificateSummary = z.infer<typeof CertificatesSchema>["certificates"][number];

export interface IpsApi {
  list(app: string): Promise<ApiIp[]>;
  allocate(
    app: string,
    body: { readonly type: IpType; readonly region?: string; readonly network?: string; readonly org_slug?: string },
  ): Promise<ApiIp>;
  release(app: string, ip: string): Promise<void>;
}

export interface CertificatesApi {
  /** All of them, by as many requests as it takes. */
  list(app: string): Promise<CertificateSummary[]>;
  get(app: string, hostname: string): Promise<CertificateDetail>;
  /** Asks for one to be issued. */
  add(app: string, hostname: string): Promise<CertificateDetail>;
  import(
    app: string,
    body: { readonly hostname: string; readonly fullchain: string; readonly private_key: string },
  ): Promise<CertificateDetail>;
  check(app: string, hostname: string): Promise<CertificateDetail>;
  remove(app: string, hostname: string): Promise<void>;
}

/** The addresses' part of the client. */
export function createIpsApi(transport: Transport): IpsApi {
  const at = (app: string, ...rest: readonly string[]): string => pathOf("apps", app, "ip_assignments", ...rest);
  return {
    list: async (app) => (await transport.fetch({ method: "GET", path: at(app) }, IpsSchema)).ips,
    allocate: (app, body) => transport.fetch({ method: "POST", path: at(app), body }, ApiIpSchema),
    release: (app, ip) => transport.send({ method: "DELETE", path: at(app, ip) }),
  };
}

/** The certificates' part of the client. */
export function createCertificatesApi(transport: Transport): CertificatesApi {
  const at = (app: string, ...rest: readonly string[]): string => pathOf("apps", app, "certificates", ...rest);
  const detail = (method: "GET" | "POST", path: string, body?: unknown): Promise<CertificateDetail> =>
    transport.fetch(
      { method, path, ...(body === undefined ? {} : { body }), repeatable: true },
      CertificateDetailSchema,
    );
  return {
    list: async (app) => {
      const found: CertificateSummary[] = [];
      let cursor: string | undefined;
      do {
        const page = await transport.fetch({ method: "GET", path: at(app), query: { cursor } }, CertificatesSchema);
        found.push(...page.certificates);
        cursor = page.next_cursor === "" || page.next_cursor === cursor ? undefined : page.next_cursor;
      } while (cursor !== undefined);
      return found;
    },
    get: (app, hostname) => detail("GET", at(app, hostname)),
    add: (app, hostname) => detail("POST", at(app, "acme"), { hostname }),
    import: (app, body) => detail("POST", at(app, "custom"), body),
    check: (app, hostname) => detail("POST", at(app, hostname, "check"), {}),
    remove: (app, hostname) => transport.send({ method: "DELETE", path: at(app, hostname) }),
  };
}
