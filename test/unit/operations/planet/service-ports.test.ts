import { expect, test } from "vitest";
import { parseServicePorts } from "../../../../src/operations/planet/service-ports.ts";

test("ports and ranges, each once", () => {
  expect(parseServicePorts("5432, 9000-9002,9001")).toEqual([5432, 9000, 9001, 9002]);
  expect(parseServicePorts("")).toEqual([]);
});

test.for(["x", "0", "70000", "9-8", "1-5000", "5432;1"])("%s is refused with an example", (text) => {
  expect(() => parseServicePorts(text)).toThrow(/--service-ports/);
});
