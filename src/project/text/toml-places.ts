// Where the keys of a TOML file stand.
import { type AST, parseTOML } from "toml-eslint-parser";
import type { KeyPath } from "../problem.ts";
import { pathName, type Place, type Places } from "./document.ts";

/** The places of all keys; of a key that is written several times, as tables are, the first. Empty where the text is no TOML. */
export function tomlPlaces(text: string): Places {
  const places = new Map<string, Place>();
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text);
  } catch {
    return places;
  }
  const remember = (path: KeyPath, node: AST.TOMLNode): void => {
    const name = pathName(path);
    if (!places.has(name)) places.set(name, { line: node.loc.start.line, column: node.loc.start.column + 1 });
  };
  const visitValue = (value: AST.TOMLContentNode, path: KeyPath): void => {
    if (value.type === "TOMLInlineTable") for (const pair of value.body) visitPair(pair, path);
    if (value.type !== "TOMLArray") return;
    for (const [index, element] of value.elements.entries()) {
      remember([...path, index], element);
      visitValue(element, [...path, index]);
    }
  };
  const visitPair = ({ key, value }: AST.TOMLKeyValue, table: KeyPath): void => {
    const path = [...table, ...key.keys.map((part) => (part.type === "TOMLBare" ? part.name : part.value))];
    for (let length = table.length + 1; length <= path.length; length += 1) remember(path.slice(0, length), key);
    visitValue(value, path);
  };
  for (const node of program.body[0].body) {
    if (node.type === "TOMLKeyValue") {
      visitPair(node, []);
      continue;
    }
    for (let length = 1; length <= node.resolvedKey.length; length += 1) {
      remember(node.resolvedKey.slice(0, length), node);
    }
    for (const pair of node.body) visitPair(pair, node.resolvedKey);
  }
  return places;
}
