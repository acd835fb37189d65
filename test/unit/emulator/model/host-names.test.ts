import { expect, test } from "vitest";
import { certificateNames, isPlanetName } from "../../../../src/emulator/model/host-names.ts";

test.each([
  ["my-app.localhost", true],
  ["syd.my-app.localhost", true],
  ["my-app.fly.dev", true],
  ["ams.my-app.fly.dev", true],
  ["localhost", false],
  ["fly.dev", false],
  ["a.b.c.localhost", false],
  ["My-App.localhost", false],
  ["-a.localhost", false],
  ["a..localhost", false],
  ["my-app.localhost.", false],
  ["example.com", false],
  ["my-app.localhost.example.com", false],
  [`${"a".repeat(64)}.localhost`, false],
])("%s is a name of the planet: %s", (name, expected) => {
  expect(isPlanetName(name)).toBe(expected);
});

test("a star stands for one label, and the name itself goes first", () => {
  expect(certificateNames("www.shop.example")).toEqual(["www.shop.example", "*.shop.example"]);
  expect(certificateNames("example")).toEqual(["example"]);
});
