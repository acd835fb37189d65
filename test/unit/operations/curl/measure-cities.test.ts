import { describe, expect, test } from "vitest";
import { rttMs } from "../../../../src/emulator/index.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import {
  type MeasureCitiesInput,
  measureCities,
  parseTrace,
  medianByFirstByte,
} from "../../../../src/operations/curl/measure-cities.ts";
import type { TimedRequest, TimedResponse } from "../../../../src/platform/timed-request.ts";

const input: MeasureCitiesInput = {
  from: ["syd", "ams"],
  host: "my-app.localhost:8080",
  path: "/",
  method: "GET",
  headers: [],
  body: undefined,
  samples: 3,
  explain: false,
  timeoutMs: 1_000,
  keepBytes: 0,
};

const valueOf = (request: TimedRequest, wanted: string): string | undefined =>
  request.headers.find(([name]) => name === wanted)?.[1];

function response(firstByteMs: number, trace?: object): TimedResponse {
  return {
    status: 200,
    headers: trace === undefined ? {} : { "hangar-trace": JSON.stringify(trace) },
    body: Buffer.alloc(0),
    connectMs: 0.25,
    tlsMs: 0,
    firstByteMs,
    totalMs: firstByteMs + 0.1,
  };
}

/** Runs a measurement against a hand-written edge; the log is what came to it. */
async function measure(
  answer: (city: string, nth: number) => TimedResponse,
  changes: Partial<MeasureCitiesInput> = {},
) {
  const log: string[] = [];
  const counts = new Map<string, number>();
  const measurements = await measureCities(
    { ...input, ...changes },
    {
      client: {
        activateRegions: async (regions) => {
          log.push(`activate ${regions.join(",")}`);
          return undefined as never;
        },
      },
      doors: [{ address: "127.0.0.1", port: 8080 }],
      signal: new AbortController().signal,
      send: async (request) => {
        const city = valueOf(request, "hangar-client-region") ?? "";
        if (valueOf(request, "host") === "warm-up.invalid") {
          if (log.at(-1) !== "warm up") log.push("warm up");
          return response(1);
        }
        log.push(city);
        const nth = (counts.get(city) ?? 0) + 1;
        counts.set(city, nth);
        return answer(city, nth);
      },
    },
  );
  return { measurements, log };
}

describe("measureCities", () => {
  test("activates, warms up away from the app, then measures one city after the other", async () => {
    const { log } = await measure(() => response(1));
    expect(log).toEqual(["activate syd,ams", "warm up", "syd", "syd", "syd", "ams", "ams", "ams"]);
  });

  test("reports the median with what edge says of its way", async () => {
    const { measurements } = await measure(
      (city, nth) =>
        response([300, 104.5, 103.1234][nth - 1] ?? 0, {
          edge: city,
          region: "nrt",
          machine: "m1",
          rttMs: 1,
          attempts: 1,
        }),
      { from: ["syd"] },
    );
    expect(measurements).toEqual([
      {
        result: {
          from: "syd",
          edge: "syd",
          region: "nrt",
          machine: "m1",
          status: 200,
          dnsMs: 0,
          connectMs: 0.25,
          tlsMs: 0,
          firstByteMs: 104.5,
          totalMs: 104.6,
          configuredRttMs: rttMs("syd", "nrt"),
        },
        body: expect.any(Buffer),
        failure: undefined,
      },
    ]);
  });

  test("a city without a response is a result, and the others are still measured", async () => {
    const { measurements } = await measure((city) => {
      if (city === "syd") throw new AppError("UNREACHABLE", "nothing listens");
      return response(2);
    });
    expect(measurements.map(({ result, failure }) => [result.from, result.status, failure?.code])).toEqual([
      ["syd", null, "UNREACHABLE"],
      ["ams", 200, undefined],
    ]);
  });

  test("one response of three is enough", async () => {
    const { measurements } = await measure((_city, nth) => {
      if (nth < 3) throw new AppError("UNREACHABLE", "reset");
      return response(7);
    });
    expect(measurements.map(({ result }) => result.firstByteMs)).toEqual([7, 7]);
  });

  test("knows no region where edge gives no trace", async () => {
    const { measurements } = await measure(() => response(1), { from: ["syd"] });
    expect(measurements[0]?.result).toMatchObject({
      edge: null,
      region: null,
      machine: null,
      configuredRttMs: null,
      status: 200,
    });
  });
});

describe("medianByFirstByte", () => {
  test.each([
    [[], undefined],
    [[5], 5],
    [[9, 1], 1],
    [[9, 1, 5], 5],
  ])("of %j is %s", (times, median) => {
    expect(medianByFirstByte(times.map((firstByteMs) => ({ firstByteMs })))?.firstByteMs).toBe(median);
  });
});

describe("parseTrace", () => {
  test.each([undefined, "", "{", "null", "[]", '{"edge":1}'])("of %j knows nothing", (header) => {
    expect(parseTrace(header)).toEqual({ edge: null, region: null, machine: null });
  });
});
