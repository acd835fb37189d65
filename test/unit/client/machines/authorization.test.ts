import { describe, expect, test } from "vitest";
import { authorizationOf, normalizeToken } from "../../../../src/client/machines/authorization.ts";

describe("authorizationOf", () => {
  test.each([
    ["fo1_abc", "Bearer fo1_abc"],
    ["Bearer fo1_abc", "Bearer fo1_abc"],
    ["fm2_lJPEC", "FlyV1 fm2_lJPEC"],
    ["FlyV1 fm2_a,fm2_b\n", "FlyV1 fm2_a,fm2_b"],
    ["flyv1 fm1r_a, fm1a_b", "FlyV1 fm1r_a,fm1a_b"],
    ["fm2_a,fo1_b", "FlyV1 fm2_a"],
    ["fm3_a", "Bearer fm3_a"],
  ])("of %j is %j", (token, header) => {
    expect(authorizationOf(token)).toBe(header);
  });
});

describe("normalizeToken", () => {
  test.each([
    ["", ""],
    [" \n", ""],
    [",,", ""],
    ["FlyV1 fm2_a,,fm2_b,", "fm2_a,fm2_b"],
  ])("of %j is %j", (text, token) => {
    expect(normalizeToken(text)).toBe(token);
  });
});
