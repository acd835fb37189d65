import { describe, expect, test } from "vitest";
import { renderLoad } from "../../../../src/cli/present/load.ts";
import { renderLoadSvg } from "../../../../src/cli/present/load-svg.ts";
import { type CityLoad, Tally } from "../../../../src/operations/load/tally.ts";

function loadOf(from: "syd" | "gru", latencies: readonly number[], lateMs = 0): CityLoad {
  const tally = new Tally(from);
  for (const ms of latencies) {
    tally.sending(lateMs);
    tally.answered(200, ms > 300 ? "iad" : "nrt", ms);
  }
  return tally.result();
}

function failedLoad(): CityLoad {
  const tally = new Tally("gru");
  for (let i = 0; i < 3; i += 1) tally.sending(0);
  tally.answered(503, null, 12);
  tally.failed("DEADLINE", 10_000);
  tally.failed("UNREACHABLE", 1);
  return tally.result();
}

describe("renderLoad", () => {
  test("has a line per city, and says what went wrong", () => {
    expect(renderLoad([loadOf("syd", [104, 105, 106, 320]), failedLoad()], { width: undefined }))
      .toMatchInlineSnapshot(`
      "FROM       SENT  OK  ERRORS    P50      P90      P99      MAX    RTT  SERVED BY
      Sydney        4   4       0  105.5    320.0    320.0    320.0  106.9  nrt 75 %, iad 25 %
      São Paulo     3   0       3   12.0  10000.0  10000.0  10000.0      -  -

      Times in ms from when a request was due to the last byte of its answer. RTT is the configured one to the region that served most.
      São Paulo: 1 × status 503, 1 × no answer (DEADLINE), 1 × no answer (UNREACHABLE)"
    `);
  });

  test("says so when it was the sender that was slow", () => {
    expect(renderLoad([loadOf("syd", [104], 50)], { width: undefined })).toMatch(
      /too busy to send in time \(p99 50\.0 ms/,
    );
    expect(renderLoad([loadOf("syd", [104], 1)], { width: undefined })).not.toContain("too busy");
  });
});

describe("renderLoadSvg", () => {
  const svg = renderLoadSvg([loadOf("syd", [104, 104.5, 105, 320]), failedLoad()], 'GET "<a&b>"');

  test("is a picture with a row per city, its marks, and nothing that is not escaped", () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 900 \d+"[\s\S]*<\/svg>\n$/);
    expect(svg).toContain("GET &#34;&#60;a&#38;b&#62;&#34;");
    for (const text of ["Sydney", "São Paulo", "4 ok, 0 errors", "0 ok, 3 errors", "p99 320.0"])
      expect(svg).toContain(text);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("puts a bar where the times are, and keeps the rarest visible", () => {
    const bars = [...svg.matchAll(/class="bar" x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="([\d.]+)"/g)];
    expect(bars.length).toBeGreaterThanOrEqual(4);
    for (const [, x, height] of bars) {
      expect(Number(x)).toBeGreaterThanOrEqual(190);
      expect(Number(x)).toBeLessThan(880);
      expect(Number(height)).toBeGreaterThanOrEqual(1.5);
    }
  });

  test("holds for no answers at all", () => {
    expect(renderLoadSvg([new Tally("syd").result()], "nothing")).not.toMatch(/NaN|Infinity/);
  });
});
