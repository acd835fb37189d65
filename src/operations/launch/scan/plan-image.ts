import { planDotnetImage, planElixirImage, planGoImage, planJavaImage, planRustImage } from "./compiled-images.ts";
import type { ImagePlan } from "./detection.ts";
import type { ImageInput } from "./image-input.ts";
import { planNodeImage } from "./node-image.ts";
import { planPhpImage } from "./php-image.ts";
import { planPythonImage } from "./python-image.ts";
import { planRailsImage, planRubyImage } from "./ruby-image.ts";
import type { Family } from "./rules.ts";
import { planBunImage, planDenoImage, planStaticImage } from "./script-images.ts";

const PLANNERS: Readonly<Record<Family, (input: ImageInput) => ImagePlan>> = {
  node: planNodeImage,
  "node-static": planNodeImage,
  bun: planBunImage,
  deno: planDenoImage,
  python: planPythonImage,
  rails: planRailsImage,
  ruby: planRubyImage,
  elixir: planElixirImage,
  laravel: planPhpImage,
  php: planPhpImage,
  go: planGoImage,
  rust: planRustImage,
  dotnet: planDotnetImage,
  java: planJavaImage,
  static: planStaticImage,
};

/** The Dockerfile that fits a project: which template, and what goes into it. */
export function planImage(input: ImageInput): ImagePlan {
  return PLANNERS[input.rule.family](input);
}
