// What a dev run tells while it goes on; with --json each is a line.
import type { LogEntry } from "../../contract/planet.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import type { MachineRow } from "../status/read-status.ts";

/** How a change gets into the machines. */
export type Means = "sync" | "deploy";

export type DevEvent =
  /** The app runs, and files are watched. */
  | { readonly event: "ready" }
  | {
      readonly event: "change";
      readonly files: readonly string[];
      readonly how: Means;
      /** The file that makes a deploy necessary. */
      readonly because?: string;
    }
  /** All machines run what the files say. */
  | {
      readonly event: "live";
      readonly how: Means;
      /** Milliseconds since the change was seen. */
      readonly ms: number;
    }
  /** The change did not get through; the next one is waited for. */
  | { readonly event: "failed"; readonly code: ErrorCode; readonly error: string }
  /** What a deploy is at. */
  | { readonly event: "progress"; readonly text: string }
  | ({ readonly event: "log" } & LogEntry)
  /** The machines are no longer as they were told last. */
  | { readonly event: "machines"; readonly machines: readonly MachineRow[] };
