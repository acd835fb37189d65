import { expect, test } from "vitest";
import { parseServicePorts, requireOthers } from "../../../../src/operations/planet/service-ports.ts";

test("ports and ranges, each once", () => {
  expect(parseServicePorts("5432, 9000-9002,9001")).toEqual([5432, 9000, 9001, 9002]);
  expect(parseServicePorts("")).toEqual([]);
});

test.for(["x", "0", "70000", "9-8", "1-5000", "5432;1"])("%s is refused with an example", (text) => {
  expect(() => parseServicePorts(text)).toThrow(/--service-ports/);
});

test.each([
  [8080, "8080 is the planet's own port, the edge's"],
  [8443, "8443 is the planet's own port, the edge's with TLS"],
  [4280, "4280 is the planet's own port, the Machines API's"],
])("port %i is refused because it is the planet's own", (port, message) => {
  const own = { http: 8080, https: 8443, control: 4280 };
  expect(() => requireOthers([5432, port], own)).toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(() => requireOthers([5432, port], own)).toThrow(message);
  expect(() => requireOthers([5432], own)).not.toThrow();
});
