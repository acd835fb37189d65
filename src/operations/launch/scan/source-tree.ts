/** A project as scanners see it: names and texts, all in memory. */
export interface SourceTree {
  /** Paths of files with `/`. */
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** The text of a file; undefined where there is none, or it is too large, or no text. */
  text(path: string): string | undefined;
  /** The first of the paths that exists. */
  first(paths: readonly string[]): string | undefined;
  /** Paths that fit, in the order of the tree. */
  matching(pattern: RegExp): string[];
  /** The part below a folder, with paths relative to it. */
  below(folder: string): SourceTree;
}

/** A tree of the paths and texts that were read. */
export function createSourceTree(paths: readonly string[], texts: ReadonlyMap<string, string>): SourceTree {
  const known = new Set(paths);
  return {
    paths,
    has: (path) => known.has(path),
    text: (path) => texts.get(path),
    first: (candidates) => candidates.find((path) => known.has(path)),
    matching: (pattern) => paths.filter((path) => pattern.test(path)),
    below(folder) {
      const prefix = `${folder}/`;
      const inside = paths.filter((path) => path.startsWith(prefix));
      const inner = new Map(
        inside.flatMap((path) => {
          const text = texts.get(path);
          return text === undefined ? [] : [[path.slice(prefix.length), text] as const];
        }),
      );
      return createSourceTree(
        inside.map((path) => path.slice(prefix.length)),
        inner,
      );
    },
  };
}

/** Folders that hold what others made, or what is made anew: nothing in them says what a project is. */
export const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([
  ...[".git", ".hg", ".svn", ".idea", ".vscode", ".cache", ".next", ".nuxt", ".output", ".svelte-kit", ".turbo"],
  ...["node_modules", "bower_components", "vendor", "target", "deps", "_build", "obj", "coverage"],
  ...["__pycache__", ".venv", "venv", "env", ".tox", "site-packages", ".gradle", ".terraform", ".yarn", "tmp", "log"],
]);

/** How much of a project is looked at. */
export const SCAN_LIMITS = { depth: 5, entries: 5_000, fileBytes: 262_144, totalBytes: 4_194_304 } as const;

const TEXT_NAMES =
  /(?:^|\/)(?:package\.json|deno\.jsonc?|pnpm-workspace\.yaml|\.yarnrc\.yml|runtime\.txt|pyproject\.toml|requirements[^/]*\.(?:txt|in)|Pipfile|Gemfile|composer\.json|mix\.exs|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|[^/]+\.csproj|Dockerfile|dockerfile|Containerfile|Procfile|\.env\.(?:example|sample|template)|\.nvmrc|\.node-version|\.ruby-version|\.python-version|\.gitignore|artisan|config\.ru|(?:database|routes|health)\.(?:yml|rb)|[^/]+\.prisma|application\.(?:properties|yml|yaml))$/u;
const CODE_NAMES = /\.(?:[cm]?[jt]sx?|py|rb|go|rs|exs?|php|cs|java|kt)$/u;
const CODE_DEPTH = 4;

/** Whether a scanner may want to read a file. */
export function wantsText(path: string): boolean {
  return TEXT_NAMES.test(path) || (CODE_NAMES.test(path) && path.split("/").length <= CODE_DEPTH);
}
