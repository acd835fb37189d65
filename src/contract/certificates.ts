// Wire shapes of an app's certificates and public addresses.
import { z } from "zod";

/** A name in the DNS: at least two labels, perhaps a star before them. */
export const HostnameSchema = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$/i,
    "is not a host name",
  )
  .transform((name) => name.toLowerCase().replace(/\.$/, ""));

export const CreateAcmeCertificateSchema = z.looseObject({ hostname: HostnameSchema });
export const CreateCustomCertificateSchema = z.looseObject({
  hostname: HostnameSchema,
  /** PEM: the certificate and what signed it. */
  fullchain: z.string().min(1).max(200_000),
  private_key: z.string().min(1).max(50_000),
});

const issued = z.looseObject({
  type: z.enum(["rsa", "ecdsa"]),
  expires_at: z.string(),
  certificate_authority: z.string().optional(),
});
export const CertificateEntrySchema = z.looseObject({
  source: z.enum(["fly", "custom"]),
  status: z.enum(["active", "pending_ownership", "pending_validation"]),
  created_at: z.string().optional(),
  expires_at: z.string().optional(),
  issuer: z.string().optional(),
  issued: z.array(issued),
});
export type CertificateEntry = z.infer<typeof CertificateEntrySchema>;

export const CertificateDetailSchema = z.looseObject({
  hostname: z.string(),
  configured: z.boolean(),
  acme_requested: z.boolean(),
  status: z.string(),
  certificates: z.array(CertificateEntrySchema),
  validation: z.looseObject({ dns_configured: z.boolean(), ownership_txt_configured: z.boolean() }),
  dns_requirements: z.looseObject({ a: z.array(z.string()), aaaa: z.array(z.string()), cname: z.string() }),
});
export type CertificateDetail = z.infer<typeof CertificateDetailSchema>;

export const CertificateSummarySchema = z.looseObject({
  hostname: z.string(),
  status: z.string(),
  configured: z.boolean(),
  acme_requested: z.boolean(),
  has_custom_certificate: z.boolean(),
  has_fly_certificate: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
export const CertificatesSchema = z.looseObject({
  certificates: z.array(CertificateSummarySchema),
  next_cursor: z.string().optional(),
  total_count: z.int().optional(),
});

export const IP_TYPES = ["v4", "v6", "shared_v4", "private_v6", "egress_v4", "egress_v6", "egress_pair"] as const;
export type IpType = (typeof IP_TYPES)[number];

export const AssignIpSchema = z.looseObject({
  type: z.enum(IP_TYPES).optional(),
  region: z.string().max(100).optional(),
  org_slug: z.string().max(63).optional(),
  network: z.string().max(63).optional(),
  service_name: z.string().max(100).optional(),
});

/** It names no type: that shows in `shared`, in the form of the address and in its fdaa: prefix. */
export const IpAssignmentSchema = z.looseObject({
  ip: z.string(),
  region: z.string(),
  shared: z.boolean(),
  service_name: z.string(),
  created_at: z.string(),
});
export const IpAssignmentsSchema = z.looseObject({ ips: z.array(IpAssignmentSchema) });
