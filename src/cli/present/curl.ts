// Measured requests as text.
import { findRegion } from "../../emulator/index.ts";
import type { CityMeasurement, CityResult, MeasureCitiesInput } from "../../operations/curl/measure-cities.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** The table of `curl`, with a line that says how it was measured. */
export function renderCities(
  measurements: readonly CityMeasurement[],
  { samples }: Pick<MeasureCitiesInput, "samples">,
  options: TableOptions,
): string {
  const table = renderTable(
    [
      { header: "FROM", value: ({ from }: CityResult) => findRegion(from).city },
      { header: "EDGE", value: ({ edge }) => edge ?? "-" },
      { header: "REGION", value: ({ region }) => region ?? "-" },
      { header: "MACHINE", value: ({ machine }) => machine ?? "-" },
      { header: "STATUS", value: ({ status }) => (status === null ? "none" : String(status)) },
      { header: "CONNECT", value: ({ connectMs }) => formatMs(connectMs), align: "right" },
      { header: "FIRST BYTE", value: ({ firstByteMs }) => formatMs(firstByteMs), align: "right" },
      { header: "TOTAL", value: ({ totalMs }) => formatMs(totalMs), align: "right" },
      { header: "RTT", value: ({ configuredRttMs }) => formatMs(configuredRttMs), align: "right" },
    ],
    measurements.map(({ result }) => result),
    options,
  );
  const how = samples === 1 ? "One request per city" : `Median by first byte of ${samples} requests per city`;
  const footer = `${how}; times in ms from the start of the request. RTT is the configured one from the edge to the region that served.`;
  const failures = measurements.flatMap(({ result, failure }) =>
    failure === undefined ? [] : [`${findRegion(result.from).city}: ${failure.message}`],
  );
  return [table, [footer, ...failures].join("\n")].join("\n\n");
}

/** The body of each response under the name of its city. */
export function renderBodies(measurements: readonly CityMeasurement[]): string {
  return measurements
    .flatMap(({ result, body }) =>
      body === undefined ? [] : [`${findRegion(result.from).city}:\n${body.toString("utf8").trimEnd()}`],
    )
    .join("\n\n");
}

/** How the edge decided on each city's request. */
export function renderTraces(measurements: readonly CityMeasurement[]): string {
  return measurements
    .flatMap(({ result: { from, trace } }) => {
      if (trace === undefined) return [];
      const candidates = trace.candidates.map(
        ({ machine, region, rttMs, load, state }) =>
          `  candidate  ${machine}  ${region}  ${formatMs(rttMs)} ms away  load ${load}  ${state}`,
      );
      const steps = trace.steps.map(({ kind, atMs, machine, region, app, detail }) =>
        [`  ${formatMs(atMs)} ms`, kind, machine, region, app, detail].filter((part) => part !== undefined).join("  "),
      );
      return [[`${findRegion(from).city}:`, ...candidates, ...steps].join("\n")];
    })
    .join("\n\n");
}

function formatMs(value: number | null): string {
  return value === null ? "-" : value.toFixed(1);
}
