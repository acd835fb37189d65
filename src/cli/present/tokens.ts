import type { IssuedToken } from "../../contract/tokens.ts";
import { renderTime } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** Tokens as a table; the tokens themselves are in no list. */
export function renderTokenList(tokens: readonly IssuedToken[], options: TableOptions): string {
  if (tokens.length === 0) return "No tokens: hangar tokens create deploy";
  return renderTable(
    [
      { header: "ID", value: (token: IssuedToken) => token.id },
      { header: "NAME", value: (token) => token.name },
      { header: "APP", value: (token) => token.app ?? "-" },
      { header: "CREATED", value: (token) => renderTime(token.created_at) },
      { header: "EXPIRES", value: (token) => renderTime(token.expires_at) },
    ],
    tokens,
    options,
  );
}
