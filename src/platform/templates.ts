// Reads the templates that ship with the program: whole apps, and Dockerfiles for projects that have none. The only reader of
// the templates folder; what is written where is decided by operations/launch.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";

/** What is known about a template without reading its files. */
export interface TemplateSummary {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The one for folders that say nothing else. */
  readonly isDefault: boolean;
}

export interface TemplateFile {
  /** Path in the project, with `/`. */
  readonly path: string;
  /** May contain `{{app}}` and `{{region}}`. */
  readonly text: string;
  /** A file of this name with other content can stay without breaking the app. */
  readonly optional: boolean;
}

export interface Template extends TemplateSummary {
  readonly files: readonly TemplateFile[];
}

export interface Templates {
  /** Sorted by name. */
  list(): Promise<readonly TemplateSummary[]>;
  /** @throws TEMPLATE_NOT_FOUND */
  read(name: string): Promise<Template>;
  /** The text of a Dockerfile with placeholders (`{{name}}`). */
  readDockerfile(name: string): Promise<string>;
  /** What builds of such a Dockerfile leave out. */
  readDockerignore(): Promise<string>;
}

/** The shape of template.json. Names of files that npm would leave out of the package are stored under another name. */
interface Manifest {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly default?: boolean;
  readonly files: readonly { readonly source: string; readonly path: string; readonly optional?: boolean }[];
}

/** The templates in a folder of templates, one folder each. */
export function openTemplates(folder: string = findShippedTemplates(import.meta.dirname)): Templates {
  const readManifest = async (name: string): Promise<Manifest> =>
    JSON.parse(await readFile(path.join(folder, name, "template.json"), "utf8")) as Manifest;
  const names = async (): Promise<string[]> =>
    (await readdir(folder, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .toSorted();
  const summary = ({ name, title, description, default: isDefault = false }: Manifest): TemplateSummary => ({
    name,
    title,
    description,
    isDefault,
  });
  const dockerfiles = path.join(folder, "..", "dockerfiles");
  return {
    readDockerfile: (name) => readFile(path.join(dockerfiles, `${name}.Dockerfile`), "utf8"),
    readDockerignore: () => readFile(path.join(dockerfiles, "dockerignore"), "utf8"),
    list: async () => Promise.all((await names()).map(async (name) => summary(await readManifest(name)))),
    async read(name) {
      const known = await names();
      if (!known.includes(name)) {
        throw new AppError("TEMPLATE_NOT_FOUND", `There is no template "${name}"; templates are ${known.join(", ")}`, {
          suggestions: ["hangar templates list"],
          details: { templates: known },
        });
      }
      const manifest = await readManifest(name);
      const files = manifest.files.map(async ({ source, path: target, optional = false }) => ({
        path: target,
        optional,
        text: await readFile(path.join(folder, name, source), "utf8"),
      }));
      return { ...summary(manifest), files: await Promise.all(files) };
    },
  };
}

/** The folder above a module that has templates/apps: the package's root, from src as well as from the bundle. */
function findShippedTemplates(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "templates", "apps");
    if (existsSync(candidate)) return candidate;
    if (path.dirname(folder) === folder)
      throw new AppError("INTERNAL", `The package has no templates: nothing above ${from}`);
  }
}
