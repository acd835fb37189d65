// Tables as text: pure, the width is given. Columns are separated by two spaces and have no borders, so that lines can be
// cut by column and grepped.

export interface Column<Row> {
  readonly header: string;
  readonly value: (row: Row) => string;
  readonly align?: "left" | "right";
}

export interface TableOptions {
  /** Columns of the terminal; undefined: as wide as the content. */
  readonly width: number | undefined;
}

const GAP = "  ";
/** A column is not cut below this, even if the table then does not fit: three letters and the ellipsis still tell something. */
const MIN_COLUMN_WIDTH = 4;

/**
 * Rows under their headers. Where the terminal is too narrow, the widest column is cut first, with an ellipsis.
 * @example renderTable([{ header: "CODE", value: (region) => region.code }], REGIONS, { width: 80 })
 */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], options: TableOptions): string {
  const cells = [
    columns.map((column) => column.header),
    ...rows.map((row) => columns.map((column) => oneLine(column.value(row)))),
  ];
  const natural = columns.map((_, index) => Math.max(...cells.map((line) => textWidth(line[index] ?? ""))));
  const widths =
    options.width === undefined ? natural : fitWidths(natural, options.width - GAP.length * (columns.length - 1));
  return cells
    .map((line) =>
      line
        .map((cell, index) => fitCell(cell, widths[index] ?? 0, columns[index]?.align ?? "left"))
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

/** Widths that together take at most the room, by cutting the widest ones. */
export function fitWidths(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= MIN_COLUMN_WIDTH) break;
    widths[widest] = width - 1;
  }
  return widths;
}

function fitCell(cell: string, width: number, align: "left" | "right"): string {
  const fitted =
    textWidth(cell) > width
      ? `${Array.from(cell)
          .slice(0, Math.max(0, width - 1))
          .join("")}…`
      : cell;
  const padding = " ".repeat(Math.max(0, width - textWidth(fitted)));
  return align === "right" ? padding + fitted : fitted + padding;
}

/** Characters, not code units; our tables hold names and numbers, no wide scripts. */
function textWidth(text: string): number {
  return Array.from(text).length;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}
