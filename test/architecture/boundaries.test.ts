import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Layer, LAYERS, PURE_FILES } from "./import-table.ts";
import { filesOf, specifiersOf, textOf } from "./source-files.ts";

const isInside = (file: string, prefix: string): boolean => file === prefix || file.startsWith(`${prefix}/`);
const layerOf = (file: string): Layer | undefined => LAYERS.find(({ prefix }) => isInside(file, prefix));

function violationsIn(file: string, source?: string): string[] {
  const layer = layerOf(file);
  if (layer === undefined) return [`${file}: belongs to no layer`];
  const isPure = PURE_FILES.some((pattern) => pattern.test(file));
  return specifiersOf(file, source)
    .filter((specifier) => !isAllowed(file, layer, specifier) || (isPure && isEffect(file, specifier)))
    .map((specifier) => `${file} → ${specifier}`);
}

function isAllowed(file: string, layer: Layer, specifier: string): boolean {
  if (specifier.startsWith(".")) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    return (
      layerOf(target) === layer ||
      layer.mayImport.some((allowed) => allowed.startsWith("src/") && isInside(target, allowed))
    );
  }
  if (layer.except?.includes(specifier) === true) return false;
  return layer.mayImport.some((allowed) =>
    allowed === "node:*" ? specifier.startsWith("node:") : isInside(specifier, allowed),
  );
}

function isEffect(file: string, specifier: string): boolean {
  return (
    specifier.startsWith("node:") || path.posix.join(path.posix.dirname(file), specifier).startsWith("src/platform/")
  );
}

describe("import boundaries", () => {
  const files = filesOf("src/**/*.{ts,tsx}");

  test("every source file stays inside its layer", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((file) => violationsIn(file))).toEqual([]);
  });

  test.each([
    ["src/emulator/edge/x.ts", 'import { X } from "../../commands/regions.ts"'],
    ["src/emulator/dns/x.ts", 'import type { Config } from "@oclif/core"'],
    ["src/emulator/edge/x.ts", 'import fs from "node:fs"'],
    ["src/emulator/edge/x.ts", 'import { y } from "../wan/y.ts"'],
    ["src/emulator/topology/x.ts", 'import path from "node:path"'],
    ["src/commands/x.ts", 'const e = await import("../emulator/lifecycle/bring-up.ts")'],
    ["src/commands/x.ts", 'import { x } from "../client/x.ts"'],
    ["src/errors/x.ts", 'export * from "../contract/machine.ts"'],
    ["src/operations/x.ts", 'import { Command } from "@oclif/core/command"'],
    ["src/elsewhere/x.ts", ""],
  ])("the check itself catches %s: %s", (file, source) => {
    expect(violationsIn(file, source)).toHaveLength(1);
  });

  test("nobody imports a command or a test", () => {
    const targets = files.flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => ({ file, target: path.posix.join(path.posix.dirname(file), specifier) })),
    );
    expect(targets.filter(({ target }) => /^(src\/commands|test)\//.test(target))).toEqual([]);
  });

  test("views are reached by dynamic imports only", () => {
    const importers = files.filter(
      (file) => !file.startsWith("src/cli/views/") && /^import .*\.tsx"/m.test(textOf(file)),
    );
    expect(importers).toEqual([]);
  });

  test("there is no cycle", () => {
    expect(cyclesIn(files)).toEqual([]);
  });
});

/** Cycles among the files by their imports that remain at run time. */
function cyclesIn(files: readonly string[]): string[][] {
  const edges = new Map(
    files.map((file) => {
      const text = textOf(file).replace(/^(import|export) type .*$/gm, "");
      const relative = specifiersOf(file, text).filter((specifier) => specifier.startsWith("."));
      return [file, relative.map((specifier) => path.posix.join(path.posix.dirname(file), specifier))];
    }),
  );
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) return void cycles.push([...trail.slice(trail.indexOf(file)), file]);
    if (finished.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  return cycles;
}
