import { expect, test } from "vitest";
import { renderTraces } from "../../../../src/cli/present/curl.ts";
import { parseExplanation } from "../../../../src/operations/curl/explanation.ts";

const TRACE = {
  edge: "syd",
  attempts: 1,
  candidates: [{ machine: "m1", region: "nrt", rttMs: 104.2, load: 3, state: "soft" }],
  steps: [
    { kind: "choose", atMs: 1, machine: "m1", region: "nrt" },
    { kind: "fail", atMs: 2, detail: "[PC01] no" },
  ],
};

test("the edge's reasons are read and shown", () => {
  const trace = parseExplanation(JSON.stringify(TRACE))!;
  expect(trace).toEqual({ attempts: 1, candidates: TRACE.candidates, steps: TRACE.steps });
  const result = { from: "syd", edge: "syd", region: "nrt", machine: "m1", status: 200, trace } as const;
  const times = { dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, totalMs: 0, configuredRttMs: 0 };
  expect(renderTraces([{ result: { ...result, ...times }, body: undefined, failure: undefined }])).toBe(
    [
      "Sydney:",
      "  candidate  m1  nrt  104.2 ms away  load 3  soft",
      "  1.0 ms  choose  m1  nrt",
      "  2.0 ms  fail  [PC01] no",
    ].join("\n"),
  );
});

test.each([undefined, "", "null", "{}", '{"steps":1}', "no json"])("%s has no reasons", (header) => {
  expect(parseExplanation(header)).toBeUndefined();
});
