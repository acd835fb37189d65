// Takes Node's own modules by getBuiltinModule instead of import. An import of node:fs reads every export at once, among
// them those that load all of Node's streams; this is a tenth of a command's start.
import { isBuiltin } from "node:module";
import type { Plugin } from "rolldown";

/** An import statement as the bundler prints it: a default name, named ones, or both. */
const IMPORT = /^import (?:([\w$]+)(?:, )?)?(?:\{ ([^}]*) \})? ?from "([^"]+)";$/gm;

/** The plugin. */
export function plainBuiltins(): Plugin {
  return { name: "plain-builtins", renderChunk: (code) => ({ code: takePlainly(code), map: null }) };
}

/** The chunk's text with its imports of Node's modules replaced; namespace imports stay as they are. */
export function takePlainly(code: string): string {
  return code.replace(IMPORT, (statement, whole: string | undefined, named: string | undefined, specifier: string) => {
    if (!isBuiltin(specifier)) return statement;
    const module = `globalThis.process.getBuiltinModule("${specifier}")`;
    const parts = [
      ...(whole === undefined ? [] : [`const ${whole} = ${module};`]),
      ...(named === undefined ? [] : [`const { ${named.replaceAll(" as ", ": ")} } = ${module};`]),
    ];
    return parts.join(" ");
  });
}
