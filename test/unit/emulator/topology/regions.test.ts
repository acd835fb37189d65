import { describe, expect, test } from "vitest";

import {
  distanceKm,
  findRegion,
  findRetiredRegion,
  isRegionCode,
  nearestActiveRegion,
  REGIONS,
  RETIRED_REGIONS,
  suggestRegion,
} from "../../../../src/emulator/topology/regions.ts";

describe("REGIONS", () => {
  test("are the 18 active regions, sorted by code", () => {
    const codes = REGIONS.map((region) => region.code);
    expect(codes.join(" ")).toBe("ams arn bom cdg dfw ewr fra gru iad jnb lax lhr nrt ord sin sjc syd yyz");
  });

  test("all lie on Earth and are named after their city", () => {
    for (const region of REGIONS) {
      expect(Math.abs(region.latitude)).toBeLessThan(90);
      expect(Math.abs(region.longitude)).toBeLessThan(180);
      expect(region.name.startsWith(region.city.normalize("NFD").replace(/\p{M}/gu, ""))).toBe(true);
    }
  });

  test("have a gateway everywhere but in Johannesburg and São Paulo", () => {
    expect(REGIONS.filter((region) => !region.gatewayAvailable).map((region) => region.code)).toEqual(["gru", "jnb"]);
  });
});

describe("findRegion", () => {
  test("finds a region by its code", () => {
    expect(findRegion("iad").name).toBe("Ashburn, Virginia (US)");
  });

  test.each(["", "IAD", "iad ", "atl", "xyz", "constructor"])("knows no region %j", (code) => {
    expect(findRegion(code)).toBeUndefined();
    expect(isRegionCode(code)).toBe(false);
  });

  test("agrees with isRegionCode on every region", () => {
    expect(REGIONS.every((region) => isRegionCode(region.code) && findRegion(region.code) === region)).toBe(true);
  });
});

describe("RETIRED_REGIONS", () => {
  test("are sorted by code and not active", () => {
    const codes = RETIRED_REGIONS.map((region) => region.code);
    expect(codes).toEqual(codes.toSorted());
    expect(new Set(codes).size).toBe(17);
    expect(codes.filter(isRegionCode)).toEqual([]);
  });

  test.each([
    ["atl", "iad"],
    ["bog", "iad"],
    ["bos", "ewr"],
    ["gig", "gru"],
    ["hkg", "sin"],
    ["mad", "cdg"],
    ["phx", "lax"],
    ["scl", "gru"],
    ["sea", "sjc"],
    ["waw", "arn"],
    ["yul", "yyz"],
  ])("%s is replaced by its neighbour %s", (code, neighbour) => {
    const retired = findRetiredRegion(code);
    expect(retired && nearestActiveRegion(retired)).toBe(neighbour);
  });
});

describe("distanceKm", () => {
  test("follows the great circle", () => {
    expect(distanceKm(findRegion("iad"), findRegion("lhr"))).toBeCloseTo(5902, -1);
  });

  test("crosses the date line the short way", () => {
    expect(distanceKm(findRegion("sjc"), findRegion("nrt"))).toBeCloseTo(8276, -1);
  });

  test("is zero from a place to itself and half the circumference to its antipode", () => {
    expect(distanceKm(findRegion("syd"), findRegion("syd"))).toBe(0);
    expect(distanceKm({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 0 })).toBeCloseTo(20015, 0);
  });
});

describe("suggestRegion", () => {
  test.each([
    ["another case", "IAD", ["iad"]],
    ["spaces around it", " fra\n", ["fra"]],
    ["a city", "sydney", ["syd"]],
    ["a city of two words", "san-jose", ["sjc"]],
    ["a city without its accents", "sao paulo", ["gru"]],
    ["a city with its accents", "São Paulo", ["gru"]],
    ["a state", "virginia", ["iad"]],
    ["a capital", "london", ["lhr"]],
    ["a country", "brazil", ["gru"]],
    ["a country with several regions", "USA", ["dfw", "ewr", "iad", "lax", "ord", "sjc"]],
    ["a continent", "europe", ["ams", "arn", "cdg", "fra", "lhr"]],
    ["the beginning of a city", "johan", ["jnb"]],
    ["a misspelt city", "tokio", ["nrt"]],
    ["a city with swapped letters", "amstredam", ["ams"]],
    ["a city with two slips", "singapur", ["sin"]],
    ["a code with swapped letters", "dwf", ["dfw"]],
    ["a code with a letter too many", "iad1", ["iad"]],
    ["a code with a wrong letter", "lhx", ["lax", "lhr"]],
    ["a retired code", "waw", ["arn"]],
    ["a retired city", "bogota", ["iad"]],
    ["an AWS region", "us-east-1", ["iad"]],
    ["an AWS region in other clothes", "EU_CENTRAL_1", ["fra"]],
    ["a Google Cloud region", "us-central1", ["ord"]],
    ["an Azure region", "westeurope", ["ams"]],
    ["another airport of the metro", "jfk", ["ewr"]],
  ])("understands %s: %j", (_case, input, codes) => {
    expect(suggestRegion(input)).toEqual(codes);
  });

  test.each(["", "   ", "zzz", "atlantis", "constructor", "__proto__", "東京"])("offers nothing for %j", (input) => {
    expect(suggestRegion(input)).toEqual([]);
  });

  test("offers nothing for what is longer than any name", () => {
    expect(suggestRegion("london".repeat(100_000))).toEqual([]);
    expect(suggestRegion(`london${" ".repeat(100)}`)).toEqual([]);
  });

  test("offers every active code for itself alone", () => {
    for (const { code } of REGIONS) expect(suggestRegion(code)).toEqual([code]);
  });

  test("offers at most three misspellings", () => {
    for (const input of ["sxd", "aaa", "ord1", "la", "fr"]) expect(suggestRegion(input).length).toBeLessThanOrEqual(3);
  });
});
