// A measured path between two regions as text, in the manner of ping's summary.
import type { PingResult } from "../../operations/ping/ping-regions.ts";

/** The summary of `ping`. */
export function renderPing({ from, to, family, configuredRttMs, sent, received, rttMs }: PingResult): string {
  const lost = sent === 0 ? 0 : ((sent - received) / sent) * 100;
  const { min, p50, p99, max } = rttMs;
  const times = [min, p50, p99, max].map((value) => (value === null ? "-" : value.toFixed(3))).join("/");
  return [
    `PING ${from} to ${to} over IPv${family}: ${configuredRttMs.toFixed(1)} ms configured`,
    `${sent} packets sent, ${received} received, ${Number(lost.toFixed(1))}% lost`,
    `rtt min/p50/p99/max = ${times} ms`,
  ].join("\n");
}
