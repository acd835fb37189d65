import type { Candidate } from "./detection.ts";
import { findFramework } from "./find-evidence.ts";
import { objectOf, readJsonObject, readPackages } from "./packages.ts";
import type { SourceTree } from "./source-tree.ts";

const MANIFEST =
  /^((?:[^/]+\/){1,2})(?:package\.json|deno\.jsonc?|pyproject\.toml|requirements\.txt|Gemfile|mix\.exs|composer\.json|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|[^/]+\.csproj|Dockerfile)$/u;
/** Folders that are no programs, whatever they hold. */
const NO_PROGRAM = /(?:^|\/)(?:docs?|examples?|tests?|e2e|fixtures?|scripts?|assets|config|tools?)(?:\/|$)/iu;
const MAX_CANDIDATES = 30;

/**
 * The programs in folders of a repository that is several: it says so itself (workspaces), or has nothing at its root. A
 * single one counts too, so that it can be named.
 */
export function findCandidates(tree: SourceTree): readonly Candidate[] {
  const declared = declaresWorkspaces(tree);
  if (!declared && findFramework(tree, readPackages(tree)) !== undefined) return [];
  const folders = new Set(
    tree.paths.flatMap((path) => {
      const folder = MANIFEST.exec(path)?.[1]?.slice(0, -1);
      return folder === undefined || NO_PROGRAM.test(folder) ? [] : [folder];
    }),
  );
  const candidates = [...folders].flatMap((folder) => {
    const part = tree.below(folder);
    if (part.has("Dockerfile")) return [{ path: folder, framework: "Dockerfile" }];
    const found = findFramework(part, readPackages(part));
    return found === undefined ? [] : [{ path: folder, framework: found.rule.title }];
  });
  return candidates.slice(0, MAX_CANDIDATES);
}

function declaresWorkspaces(tree: SourceTree): boolean {
  const workspaces = readJsonObject(tree, "package.json")?.["workspaces"];
  const cargo =
    /^\[workspace\]/mu.test(tree.text("Cargo.toml") ?? "") && !/^\[package\]/mu.test(tree.text("Cargo.toml") ?? "");
  const pnpm = /^packages:/mu.test(tree.text("pnpm-workspace.yaml") ?? "");
  return pnpm || cargo || Array.isArray(workspaces) || objectOf(workspaces) !== undefined || tree.has("go.work");
}
