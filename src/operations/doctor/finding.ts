import type { ErrorCode } from "../../errors/catalogue.ts";

/** What the doctor says of one thing. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  /** What was found, in a few words. */
  readonly found: string;
  /** What to do about it; always there with a warning or a failure. */
  readonly remedy?: string;
  /** The error that other commands would end with; always there with a failure. */
  readonly code?: ErrorCode;
}
