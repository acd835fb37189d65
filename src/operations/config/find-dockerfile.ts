import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { BuildSection } from "../../project/app-config.ts";

export interface FindDockerfileInput {
  readonly build: BuildSection;
  /** Folder of the configuration file, which its paths are relative to. */
  readonly configDir: string;
  readonly contextDir: string;
}

/** Names that are looked for, in this order. */
export const DOCKERFILE_NAMES = ["Dockerfile", "dockerfile", "Containerfile"] as const;

/**
 * The absolute path of the Dockerfile of an app: the one that `[build]` names, else one of the usual names in the folder.
 * @throws DOCKERFILE_NOT_FOUND
 */
export async function findDockerfile(
  input: FindDockerfileInput,
  deps: { readonly files: { exists(file: string): Promise<boolean> } },
): Promise<string> {
  const { dockerfile, otherBuilder } = input.build;
  if (otherBuilder !== undefined) {
    throw new AppError(
      "DOCKERFILE_NOT_FOUND",
      `Hangar builds from Dockerfiles only, and [build] asks for ${otherBuilder}`,
      {
        suggestions: [`write a Dockerfile and remove ${otherBuilder} from [build]`],
      },
    );
  }
  if (dockerfile !== undefined && /^https?:/u.test(dockerfile)) {
    throw new AppError("DOCKERFILE_NOT_FOUND", `Hangar does not fetch Dockerfiles: ${dockerfile}`, {
      suggestions: [`curl -o Dockerfile ${dockerfile}`],
    });
  }
  const candidates =
    dockerfile === undefined
      ? DOCKERFILE_NAMES.map((name) => path.join(input.contextDir, name))
      : [path.resolve(input.configDir, dockerfile)];
  for (const candidate of candidates) if (await deps.files.exists(candidate)) return candidate;
  throw new AppError(
    "DOCKERFILE_NOT_FOUND",
    dockerfile === undefined
      ? `There is no Dockerfile in ${input.contextDir}`
      : `There is no ${candidates[0]}, which [build] names`,
    {
      suggestions: dockerfile === undefined ? ["hangar launch --template where-am-i"] : [],
    },
  );
}
