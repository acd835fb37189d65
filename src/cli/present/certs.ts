// Certificates as text for people, with the DNS records that are missing ready to be copied.
import type { CertificateSummary } from "../../client/machines/addresses-api.ts";
import type { CertificateDetail } from "../../contract/certificates.ts";
import { renderFields, renderTime } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

export type { CertificateSummary } from "../../client/machines/addresses-api.ts";

/** The certificates of an app as a table. */
export function renderCertificateList(
  app: string,
  certificates: readonly CertificateSummary[],
  options: TableOptions,
): string {
  if (certificates.length === 0) return `App "${app}" has no certificates: hangar certs add HOSTNAME`;
  return renderTable(
    [
      { header: "HOSTNAME", value: (row: CertificateSummary) => row.hostname },
      { header: "STATUS", value: (row) => row.status },
      {
        header: "SOURCE",
        value: ({ has_fly_certificate: issued, has_custom_certificate: custom }) =>
          [...(issued ? ["issued"] : []), ...(custom ? ["custom"] : [])].join(", ") || "-",
      },
      { header: "CREATED", value: (row) => renderTime(row.created_at) },
    ],
    certificates,
    options,
  );
}

/** All about one certificate; where something is missing in the DNS, the records. */
export function renderCertificate(detail: CertificateDetail): string {
  const lines = [
    renderFields([
      ["Hostname", detail.hostname],
      ["Status", detail.status],
      ...detail.certificates.map((entry): [string, string] => [
        entry.source === "custom" ? "Custom" : "Issued",
        `${entry.status}${entry.issuer === undefined ? "" : ` by ${entry.issuer}`}${entry.expires_at === undefined ? "" : `, until ${renderTime(entry.expires_at)}`}`,
      ]),
    ]),
  ];
  if (!detail.configured) lines.push(renderRecords(detail));
  const errors = detail["validation_errors"];
  if (Array.isArray(errors)) {
    for (const error of errors as { message?: string; remediation?: string }[])
      lines.push(
        `${error.message ?? "Unknown problem"}${error.remediation === undefined ? "" : `: ${error.remediation}`}`,
      );
  }
  return lines.join("\n\n");
}

function renderRecords({ hostname, dns_requirements: wanted }: CertificateDetail): string {
  const records: (readonly [string, string, string])[] = [
    ...wanted.a.map((ip) => ["A", hostname, ip] as const),
    ...wanted.aaaa.map((ip) => ["AAAA", hostname, ip] as const),
    ...(wanted.cname === "" ? [] : [["CNAME", hostname, wanted.cname] as const]),
  ];
  return `DNS records (A and AAAA, or CNAME):\n${records.map(([type, name, value]) => `  ${type.padEnd(5)}  ${name}  ${value}`).join("\n")}`;
}
