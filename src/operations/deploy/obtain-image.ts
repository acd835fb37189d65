// The image of a deploy: named, or built and named after its content.
import path from "node:path";
import type { BuiltImage } from "../../platform/docker-build.ts";
import type { LoadMachineInputsDeps } from "../config/load-machine-inputs.ts";
import { findDockerfile } from "../config/find-dockerfile.ts";
import type { LoadedAppConfig } from "../config/load-app-config.ts";
import type { ProgressReporter } from "../progress.ts";

/** What the flags say of a build; each wins over the configuration. */
export interface BuildOptions {
  /** An image to deploy instead of building one. */
  readonly image?: string | undefined;
  /** Absolute path. */
  readonly dockerfile?: string | undefined;
  /** Absolute path. */
  readonly ignorefile?: string | undefined;
  readonly target?: string | undefined;
  readonly args?: Readonly<Record<string, string>>;
  /** Values that the build sees and the image does not keep. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
  /** Tag of the image instead of the one made from its content. */
  readonly imageLabel?: string | undefined;
}

export interface ObtainImageDeps {
  readonly files: LoadMachineInputsDeps["files"] & { exists(file: string): Promise<boolean> };
  readonly build: (input: {
    contextDir: string;
    dockerfile: string;
    tag: string;
    target?: string | undefined;
    args: Readonly<Record<string, string>>;
    secrets?: Readonly<Record<string, string>>;
    labels?: Readonly<Record<string, string>>;
    noCache?: boolean;
    ignorefile?: string | undefined;
    onBegin?: () => void;
  }) => Promise<BuiltImage>;
  readonly tagImage: (imageId: string, reference: string) => Promise<void>;
  /** The content's ID of an image that is on the engine. */
  readonly imageId: (reference: string) => Promise<string | undefined>;
  readonly progress: ProgressReporter;
}

/** Name of the images of an app that nothing but this machine's engine has. */
export const localRepository = (app: string): string => `hangar.local/${app}`;

export interface ObtainedImage {
  readonly image: string;
  readonly builder?: "buildkit" | "classic";
  /** sha256:… of what was built, or of the named image where it is on the engine. */
  readonly digest?: string;
  /** Whether the name says the content, so that whoever has that name has the image. */
  readonly named: "by content" | "by somebody";
}

/**
 * @param repository name of the app's images, without a tag
 * @param meanwhile what else there is to do is begun when the builder runs
 * @throws DOCKERFILE_NOT_FOUND, BUILD_FAILED and what else stops a build
 */
export async function obtainImage(
  repository: string,
  { config, file, contextDir }: LoadedAppConfig,
  options: BuildOptions,
  deps: ObtainImageDeps,
  meanwhile: () => void = () => undefined,
): Promise<ObtainedImage> {
  const given = options.image ?? config.build.image;
  if (given !== undefined) {
    const digest = await deps.imageId(given);
    return { image: given, named: "by somebody", ...(digest === undefined ? {} : { digest }) };
  }
  const configDir = path.dirname(file);
  const section = { ...config.build, ...(options.dockerfile === undefined ? {} : { dockerfile: options.dockerfile }) };
  const dockerfile = await findDockerfile({ build: section, configDir, contextDir }, deps);
  deps.progress.start("build", `Building ${path.relative(contextDir, dockerfile)}`);
  try {
    const { ignorefile, target, args } = config.build;
    const built = await deps.build({
      contextDir,
      dockerfile,
      tag: `${repository}:latest`,
      target: options.target ?? target,
      args: { ...args, ...options.args },
      secrets: options.secrets ?? {},
      labels: options.labels ?? {},
      noCache: options.noCache ?? false,
      onBegin: meanwhile,
      ignorefile: options.ignorefile ?? (ignorefile === undefined ? undefined : path.resolve(configDir, ignorefile)),
    });
    // The name says the content, so that an unchanged image is an unchanged machine.
    const image = `${repository}:${options.imageLabel ?? contentTag(built.imageId)}`;
    await deps.tagImage(built.imageId, image);
    deps.progress.done("build", `${image} by ${built.builder === "buildkit" ? "BuildKit" : "the classic builder"}`);
    const named = options.imageLabel === undefined ? "by content" : "by somebody";
    return { image, builder: built.builder, digest: built.imageId, named };
  } catch (error) {
    deps.progress.fail("build");
    throw error;
  }
}

/** A tag that says the content: 12 digits of the image's ID. */
export const contentTag = (imageId: string): string => imageId.replace("sha256:", "").slice(0, 12);
