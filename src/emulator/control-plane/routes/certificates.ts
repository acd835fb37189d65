// /v1/apps/{app}/certificates and /ip_assignments
import { type Context, Hono } from "hono";
import {
  AssignIpSchema,
  type CertificateDetail,
  type CertificateEntry,
  CreateAcmeCertificateSchema,
  CreateCustomCertificateSchema,
} from "../../../contract/certificates.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { ApiEnv } from "../auth.ts";
import type { Certificates } from "../certificates.ts";
import type { Planet } from "../planet.ts";
import type { CertificateRecord, IpRecord, IssuedRecord } from "../store/grant-tables.ts";
import type { IpAddresses } from "../ip-addresses.ts";
import { pageOf, readBody } from "./body.ts";

type Entry = CertificateEntry;

function entryOf(source: "fly" | "custom", issued: IssuedRecord | undefined): Entry {
  if (issued === undefined) return { source, status: "pending_validation", issued: [] };
  const { keyType, issuer, createdAt, expiresAt } = issued;
  return {
    source,
    status: "active",
    created_at: createdAt,
    expires_at: expiresAt,
    issuer,
    issued: [{ type: keyType, expires_at: expiresAt, certificate_authority: issuer }],
  };
}

function entriesOf({ acme, issued, custom }: CertificateRecord): Entry[] {
  return [...(acme ? [entryOf("fly", issued)] : []), ...(custom === undefined ? [] : [entryOf("custom", custom)])];
}

function statusOf(record: CertificateRecord): string {
  const entries = entriesOf(record);
  return entries.some(({ status }) => status === "active") ? "active" : "pending_validation";
}

function detailOf(record: CertificateRecord, ips: readonly IpRecord[]): CertificateDetail {
  const { hostname, acme, ownership, app } = record;
  const active = statusOf(record) === "active";
  const plain = hostname.replace(/^\*\./, "");
  const publicIps = ips.filter(({ type }) => ["v4", "shared_v4", "v6"].includes(type)).map(({ ip }) => ip);
  return {
    hostname,
    configured: active,
    acme_requested: acme,
    status: statusOf(record),
    certificates: entriesOf(record),
    // The planet answers for every name that its edge is asked for: nothing is left to configure.
    validation: {
      dns_configured: active,
      alpn_configured: active,
      http_configured: active,
      ownership_txt_configured: active,
    },
    validation_errors: [],
    dns_requirements: {
      a: publicIps.filter((ip) => !ip.includes(":")),
      aaaa: publicIps.filter((ip) => ip.includes(":")),
      cname: `${app}.localhost`,
      acme_challenge: { name: `_acme-challenge.${plain}`, target: `${plain}.${ownership}.localhost` },
      ownership: { name: `_fly-ownership.${plain}`, app_value: ownership, org_value: `org-${ownership.slice(4)}` },
    },
  };
}

function summaryOf(record: CertificateRecord): Record<string, unknown> {
  const active = statusOf(record) === "active";
  return {
    hostname: record.hostname,
    status: statusOf(record),
    configured: active,
    acme_requested: record.acme,
    acme_alpn_configured: active,
    acme_dns_configured: active,
    acme_http_configured: active,
    ownership_txt_configured: active,
    has_custom_certificate: record.custom !== undefined,
    has_fly_certificate: record.issued !== undefined,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
}

function viewIp({ ip, type, region, service, createdAt, network, organization }: IpRecord): Record<string, unknown> {
  return {
    ip,
    region,
    service_name: service,
    shared: type === "shared_v4",
    created_at: createdAt,
    ...(type === "private_v6" ? { network: { name: network, org_slug: organization } } : {}),
    ...(type.startsWith("egress") ? { egress: true } : {}),
  };
}

export interface GrantRoutesDeps {
  readonly planet: Planet;
  readonly certificates: Certificates;
  readonly ips: IpAddresses;
}

export function certificateRoutes({ planet, certificates, ips }: GrantRoutesDeps): Hono<ApiEnv> {
  const { machines, store } = planet;
  const base = "/apps/:app/certificates";
  const appOf = (context: Context): string => {
    const app = context.req.param("app") ?? "";
    machines.requireApp(app);
    return app;
  };
  const detail = (record: CertificateRecord): CertificateDetail => detailOf(record, store.grants.ips(record.app));
  const hostOf = (context: Context): string => (context.req.param("hostname") ?? "").toLowerCase();
  const answered = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      // The platform checks names itself here, and says 422.
      if (error instanceof AppError && error.code === "REQUEST_INVALID")
        throw new AppError("CERTIFICATE_INVALID", error.message, { cause: error });
      throw error;
    }
  };

  return new Hono<ApiEnv>()
    .get(base, (context) => {
      const filter = context.req.query("filter") ?? "";
      const all = certificates.list(appOf(context)).filter(({ hostname }) => hostname.includes(filter));
      const { items, next } = pageOf(context, all, ({ hostname }) => hostname);
      return context.json({
        certificates: items.map(summaryOf),
        total_count: all.length,
        ...(next === undefined ? {} : { next_cursor: next }),
      });
    })
    .post(`${base}/acme`, async (context) => {
      const app = appOf(context);
      const { hostname } = await answered(readBody(context, CreateAcmeCertificateSchema));
      return context.json(detail(await certificates.requestAcme(app, hostname)), 201);
    })
    .post(`${base}/custom`, async (context) => {
      const app = appOf(context);
      const {
        hostname,
        fullchain,
        private_key: key,
      } = await answered(readBody(context, CreateCustomCertificateSchema));
      return context.json(detail(certificates.putCustom(app, hostname, fullchain, key)), 201);
    })
    .get(`${base}/:hostname`, (context) => context.json(detail(certificates.get(appOf(context), hostOf(context)))))
    .delete(`${base}/:hostname`, (context) => {
      certificates.drop(appOf(context), hostOf(context));
      return context.body(null, 204);
    })
    .post(`${base}/:hostname/check`, async (context) => {
      const record = await certificates.check(appOf(context), hostOf(context));
      const { a, aaaa } = detail(record).dns_requirements;
      const records = { a, aaaa, cname: [], resolved_addresses: [...a, ...aaaa] };
      return context.json({ ...detail(record), dns_records: records });
    })
    .delete(`${base}/:hostname/acme`, (context) =>
      context.json(detail(certificates.dropAcme(appOf(context), hostOf(context)))),
    )
    .delete(`${base}/:hostname/custom`, (context) =>
      context.json(detail(certificates.dropCustom(appOf(context), hostOf(context)))),
    )
    .get("/apps/:app/ip_assignments", (context) => context.json({ ips: store.grants.ips(appOf(context)).map(viewIp) }))
    .post("/apps/:app/ip_assignments", async (context) => {
      const app = appOf(context);
      const [first, second] = ips.assign(app, await readBody(context, AssignIpSchema));
      planet.worldChanged();
      return context.json({
        ...viewIp(first),
        ...(second === undefined ? {} : { ip_pair: { v4: viewIp(first), v6: viewIp(second) } }),
      });
    })
    .delete("/apps/:app/ip_assignments/:ip", (context) => {
      ips.release(appOf(context), context.req.param("ip"));
      planet.worldChanged();
      return context.body(null, 204);
    });
}
