// Makes the CommonJS modules of oclif load when they are first used instead of all at the start. Half of the time of a
// command's start went into modules that a plain command never touches (globbing, templates, help, tsconfig reading).
import type { Plugin } from "rolldown";

/** Compiled by TypeScript, so that imports have this one shape and are only ever used as `name_1.member`. */
const IMPORT = /^const (\w+_\d+) = (__importDefault\(|__importStar\()?require\("([^"]+)"\)\)?;$/gm;

/** The plugin; it touches files of @oclif/core only. */
export function lazyRequires(): Plugin {
  return {
    name: "lazy-requires",
    transform: {
      filter: { id: /@oclif\/core\/lib\/.*\.js$/ },
      handler: (code) => ({ code: makeLazy(code), map: null }),
    },
  };
}

/** The module's text with each top-level import turned into a function that imports on its first call. The parentheses are for `new`. */
export function makeLazy(code: string): string {
  const names: string[] = [];
  const declared = code.replace(IMPORT, (_, name: string, wrapper: string | undefined, specifier: string) => {
    names.push(name);
    const value = wrapper === undefined ? `require("${specifier}")` : `${wrapper}require("${specifier}"))`;
    return `let ${name}$; const ${name}$get = () => (${name}$ ??= ${value});`;
  });
  return names.reduce((text, name) => text.replace(new RegExp(`\\b${name}(?=\\.)`, "g"), `(${name}$get())`), declared);
}
