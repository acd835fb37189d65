import { expect, test } from "vitest";
import { listRegions } from "../../../../src/operations/regions/list-regions.ts";

test("lists all regions by code, with where they are", () => {
  const codes = listRegions().map((region) => region.code);
  expect(codes).toHaveLength(18);
  expect(codes).toEqual(codes.toSorted());
  expect(listRegions()[0]).toEqual({
    code: "ams",
    name: "Amsterdam, Netherlands",
    latitude: 52.3086,
    longitude: 4.7639,
    geo_region: "europe",
    gateway_available: true,
  });
});

test("lists them by distance from one, itself first", () => {
  const listed = listRegions({ from: "syd" });
  const times = listed.map((region) => region.rttMs ?? Number.NaN);
  expect(listed[0]).toMatchObject({ code: "syd", rttMs: 0, rttSource: "same-region" });
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
