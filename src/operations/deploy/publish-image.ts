// Brings the image of a deploy to where its target pulls from, unless it is there already.
import type { DeployPlan, ReleaseCommand } from "./plan/plan-types.ts";
import type { TargetRegistry } from "./deploy-types.ts";
import { contentTag, type ObtainedImage, type ObtainImageDeps } from "./obtain-image.ts";

export interface PublishDeps extends Pick<ObtainImageDeps, "tagImage" | "imageId" | "progress"> {
  readonly registry: TargetRegistry;
}

export interface PublishOptions {
  readonly app: string;
  /** A dry run pushes nothing. */
  readonly push: boolean;
}

const STEP = "push";

/**
 * The image under the name by which the target pulls it, with its digest. An image that is not on this engine is left to
 * the target, which pulls it by the name that was given.
 * @throws PUSH_FAILED
 */
export async function publishImage(
  { image, digest, named }: Pick<ObtainedImage, "image" | "digest" | "named">,
  { app, push }: PublishOptions,
  { registry, tagImage, imageId, progress }: PublishDeps,
): Promise<string> {
  if (image.includes("@")) return image;
  const repository = registry.repositoryOf(app);
  const isOwn = image.startsWith(`${repository}:`);
  const local = digest ?? (await imageId(image));
  if (local === undefined) return image;
  const reference = isOwn ? image : `${repository}:${contentTag(local)}`;
  const found = isOwn && named === "by somebody" ? undefined : await registry.find(reference);
  if (found !== undefined) return found;
  if (!push) return reference;
  if (!isOwn) await tagImage(local, reference);
  progress.start(STEP, `Pushing ${reference}`);
  try {
    const pushed = await registry.push(reference);
    progress.done(STEP, pushed.slice(pushed.indexOf("@") + 1).slice(0, 19));
    return pushed;
  } catch (error) {
    progress.fail(STEP);
    throw error;
  }
}

/** The plan with another name of the same image. */
export function withImage(plan: DeployPlan, image: string): DeployPlan {
  if (image === plan.image) return plan;
  const renamed = <T extends { readonly image: string }>(config: T): T =>
    config.image === plan.image ? { ...config, image } : config;
  const { releaseCommand, seedCommand } = plan;
  const commandWith = (command: ReleaseCommand): ReleaseCommand => ({ ...command, config: renamed(command.config) });
  return {
    ...plan,
    image,
    steps: plan.steps.map((step) => ("config" in step ? { ...step, config: renamed(step.config) } : step)),
    groups: plan.groups.map(({ tests, ...group }) => ({
      ...group,
      config: renamed(group.config),
      ...(tests === undefined ? {} : { tests: tests.map(renamed) }),
    })),
    ...(releaseCommand === undefined ? {} : { releaseCommand: commandWith(releaseCommand) }),
    ...(seedCommand === undefined ? {} : { seedCommand: commandWith(seedCommand) }),
  };
}
