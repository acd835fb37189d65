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

// Bundlers read public values of a build from .env.production; secrets are in the others.
const OF_NODE = ["!.env.production", "**/node_modules", ".next", ".nuxt", ".output", ".svelte-kit", "coverage"];
const OF_PYTHON = [".venv", "venv", "**/__pycache__", ".pytest_cache"];

/** What is made anew in the image, or is nobody's business there. */
const IGNORED: Readonly<Record<Family, readonly string[]>> = {
  node: OF_NODE,
  "node-static": OF_NODE,
  bun: OF_NODE,
  deno: ["**/node_modules"],
  python: OF_PYTHON,
  rails: ["**/node_modules", "log", "tmp", "storage", "config/master.key", "config/credentials/*.key"],
  ruby: ["log", "tmp"],
  elixir: ["_build", "deps", "**/node_modules"],
  laravel: ["**/node_modules", "vendor", "storage/logs"],
  php: ["vendor"],
  go: ["bin"],
  rust: ["target"],
  dotnet: ["**/bin", "**/obj"],
  java: ["target", "build", ".gradle"],
  static: [],
};

/** The Dockerfile that fits a project: which template, and what goes into it. */
export function planImage(input: ImageInput): ImagePlan {
  const { family } = input.rule;
  return { ...PLANNERS[family](input), ignore: IGNORED[family] };
}
