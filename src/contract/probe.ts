// What edge is asked to measure between two regions, and what it answers.
import { z } from "zod";
import { RegionCodeSchema } from "./region-code.ts";

/** A measurement of the path between two regions: datagrams from edge's address in one to its echo in the other. */
export const ProbeRequestSchema = z.object({
  from: RegionCodeSchema,
  to: RegionCodeSchema,
  family: z.union([z.literal(4), z.literal(6)]),
  count: z.int().min(1).max(1_000),
  intervalMs: z.int().min(1).max(10_000),
});
export type ProbeRequest = z.infer<typeof ProbeRequestSchema>;

export const ProbeResultSchema = z.object({
  sent: z.int(),
  received: z.int(),
  /** Round-trip times in milliseconds in the order of sending; lost ones are left out. */
  rttsMs: z.array(z.number()),
});
export type ProbeResult = z.infer<typeof ProbeResultSchema>;
