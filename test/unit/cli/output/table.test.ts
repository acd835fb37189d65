import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitWidths, renderTable } from "../../../../src/cli/output/table.ts";

interface Row {
  readonly name: string;
  readonly ms: number;
}
const columns = [
  { header: "NAME", value: (row: Row) => row.name },
  { header: "MS", value: (row: Row) => row.ms.toFixed(1), align: "right" as const },
];

describe("renderTable", () => {
  test("aligns columns and leaves no spaces at line ends", () => {
    const rows = [
      { name: "São Paulo", ms: 7 },
      { name: "x", ms: 120.25 },
    ];
    expect(renderTable(columns, rows, { width: undefined }).split("\n")).toEqual([
      "NAME          MS",
      "São Paulo    7.0",
      "x          120.3",
    ]);
  });

  test("cuts the widest column to fit", () => {
    const text = renderTable(columns, [{ name: "a very long name of a machine", ms: 1 }], { width: 16 });
    expect(text.split("\n")).toEqual(["NAME          MS", "a very lon…  1.0"]);
  });

  test("keeps a row on one line", () => {
    expect(renderTable(columns, [{ name: "a\n  b", ms: 1 }], { width: 80 })).toContain("a b");
  });

  test("prints the headers of an empty table", () => {
    expect(renderTable(columns, [], { width: 80 })).toBe("NAME  MS");
  });

  test("fits any terminal that is wide enough for four characters a column", () => {
    const widths = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(widths, fc.integer({ min: 0, max: 300 }), (natural, room) => {
        const fitted = fitWidths(natural, room);
        const total = fitted.reduce((sum, width) => sum + width, 0);
        expect(fitted.every((width, index) => width <= (natural[index] ?? 0))).toBe(true);
        expect(total <= room || fitted.every((width) => width <= 4)).toBe(true);
      }),
    );
  });
});
