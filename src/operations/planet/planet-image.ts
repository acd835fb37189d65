// The image of control, wan and edge: made from this installation's own bundle, named after its content, so that another
// version of Hangar brings another image and the same one is never built twice.
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { exists } from "../../platform/files.ts";
import type { ProgressReporter } from "../progress.ts";

export interface PlanetImageDeps {
  /** Root of this installation: has dist/planet and templates/images/planet. */
  readonly root: string;
  /** Architecture of the engine, as Docker names it (x86_64, aarch64). */
  readonly architecture: string;
  readonly hasImage: (tag: string) => Promise<boolean>;
  readonly build: (contextDir: string, dockerfile: string, tag: string) => Promise<void>;
  readonly progress: ProgressReporter;
}

/** The folder of a package of this installation; npm may have put it beside Hangar's own folder. */
async function packageFolder(root: string, name: string): Promise<string | undefined> {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "node_modules", name);
    if (await exists(path.join(candidate, "package.json"))) return candidate;
    if (path.dirname(folder) === folder) return undefined;
  }
}

/**
 * Folders that go into the image beside the bundle: koffi calls libc and cannot be bundled. What an installation for
 * another system (macOS) lacks, the image's build fetches.
 */
async function koffiFolders(root: string, architecture: string): Promise<Record<string, string>> {
  const arch = /aarch64|arm64/.test(architecture) ? "arm64" : "x64";
  const folders: Record<string, string> = {};
  for (const name of ["koffi", `@koromix/koffi-linux-${arch}`]) {
    const folder = await packageFolder(root, name);
    if (folder !== undefined) folders[`node_modules/${name}`] = folder;
  }
  return folders;
}

async function filesOf(folder: string, prefix = ""): Promise<string[]> {
  const entries = await readdir(path.join(folder, prefix), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map((entry) =>
      entry.isDirectory()
        ? filesOf(folder, path.join(prefix, entry.name))
        : Promise.resolve([path.join(prefix, entry.name)]),
    ),
  );
  return nested.flat().toSorted();
}

async function digest(folders: Readonly<Record<string, string>>): Promise<string> {
  const hash = createHash("sha256");
  for (const [name, folder] of Object.entries(folders)) {
    for (const file of await filesOf(folder))
      hash.update(`${name}/${file}\0`).update(await readFile(path.join(folder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

/** Processors of engines, by the names that Node has for them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** The name that engines have for the processor of this machine, which most of them run on. */
export function ownArchitecture(): string {
  return ARCHITECTURES[process.arch] ?? process.arch;
}

/** The tag of the planet's image. @throws INTERNAL the installation has no bundle */
export async function planetImageTag(deps: Pick<PlanetImageDeps, "root" | "architecture">): Promise<string> {
  return tagOf(deps, await koffiFolders(deps.root, deps.architecture));
}

async function tagOf(
  { root, architecture }: Pick<PlanetImageDeps, "root" | "architecture">,
  libraries: Readonly<Record<string, string>>,
): Promise<string> {
  const bundle = path.join(root, "dist", "planet");
  const recipe = path.join(root, "templates", "images", "planet");
  const program = await readdir(bundle).catch(() => undefined);
  if (program === undefined)
    throw new AppError("INTERNAL", `The installation is incomplete: ${bundle} is missing`, {
      suggestions: ["npm run build"],
    });
  const packages = Object.fromEntries(
    await Promise.all(
      Object.entries(libraries).map(
        async ([name, folder]) => [name, await readFile(path.join(folder, "package.json"), "utf8")] as const,
      ),
    ),
  );
  const content = createHash("sha256")
    .update(await digest({ program: bundle, recipe }))
    .update(JSON.stringify(packages))
    .update(architecture)
    .digest("hex")
    .slice(0, 12);
  return `hangar/planet:${content}`;
}

/**
 * The tag of the planet's image, built if the engine does not have it yet.
 * @throws BUILD_FAILED
 */
export async function ensurePlanetImage(deps: PlanetImageDeps): Promise<string> {
  const libraries = await koffiFolders(deps.root, deps.architecture);
  const tag = await tagOf(deps, libraries);
  if (await deps.hasImage(tag)) return tag;

  deps.progress.start("image", "Building the planet's image");
  const context = await mkdtemp(path.join(tmpdir(), "hangar-image-"));
  try {
    await cp(path.join(deps.root, "dist", "planet"), context, { recursive: true });
    for (const [name, folder] of Object.entries(libraries))
      await cp(folder, path.join(context, name), { recursive: true, dereference: true });
    await cp(path.join(deps.root, "templates/images/planet/Dockerfile"), path.join(context, "Dockerfile"));
    await deps.build(context, path.join(context, "Dockerfile"), tag);
  } catch (error) {
    deps.progress.fail("image");
    throw error;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  deps.progress.done("image", tag);
  return tag;
}
