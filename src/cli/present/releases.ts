// Releases as text.
import type { ReleaseRow } from "../../operations/releases/list-releases.ts";
import { type Column, renderTable } from "../output/table.ts";

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
];

/** How long ago, in the largest whole unit. */
export function ago(thenMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - thenMs) / 1_000));
  const unit = UNITS.find(([, size]) => seconds >= size);
  return unit === undefined ? `${seconds}s ago` : `${Math.floor(seconds / unit[1])}${unit[0]} ago`;
}

function commitOf({ git }: ReleaseRow): string {
  return git === undefined ? "-" : `${git.commit.slice(0, 8)}${git.dirty ? "+" : ""}`;
}

export interface RenderReleasesOptions {
  readonly image: boolean;
  readonly nowMs: number;
  readonly width: number | undefined;
}

/** The history of an app as a table; a commit with a + had changes beside it. */
export function renderReleases(rows: readonly ReleaseRow[], { image, nowMs, width }: RenderReleasesOptions): string {
  if (rows.length === 0) return "No releases: hangar deploy";
  const images: Column<ReleaseRow>[] = [
    { header: "IMAGE", value: (row) => row.image },
    { header: "DIGEST", value: (row) => row.image_digest?.replace("sha256:", "").slice(0, 12) ?? "-" },
    { header: "COMMIT", value: commitOf },
  ];
  return renderTable(
    [
      { header: "VERSION", value: (row: ReleaseRow) => `v${row.version}${row.current ? " *" : ""}` },
      { header: "STATUS", value: (row) => row.status },
      { header: "WHAT", value: (row) => row.reason },
      { header: "USER", value: (row) => row.user },
      { header: "DATE", value: (row) => ago(Date.parse(row.created_at), nowMs) },
      ...(image ? images : []),
    ],
    rows,
    { width },
  );
}
