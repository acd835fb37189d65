// Turns the output of a failed `docker build` into an error. Pure: the only place that looks for words in that output;
// recorded samples of it are fixtures of the tests.
import { AppError } from "../errors/app-error.ts";
import { type Builder, type BuildStep, readBuildProgress } from "./build-progress.ts";

const TAIL_LINES = 20;

/** What a failed build said, read once. */
export interface BuildReport {
  readonly builder: Builder;
  readonly failedStep?: BuildStep;
  /** Last lines that say something: of the failed step where it wrote any, then the builder's own. */
  readonly tail: readonly string[];
  /** The builder's last word. */
  readonly reason: string;
}

/** Reads the whole output of a failed build. */
export function reportBuild(builder: Builder, lines: readonly string[]): BuildReport {
  const progress = readBuildProgress(builder);
  const outputs: { readonly stepId: string | undefined; readonly text: string }[] = [];
  let failed: BuildStep | undefined;
  let last: BuildStep | undefined;
  for (const line of lines) {
    const event = progress.push(line);
    if (event?.kind === "output") outputs.push({ stepId: event.step?.id, text: event.text });
    if (event?.kind === "step" && event.step.state === "failed") failed = event.step;
    if (event?.kind === "step") last = event.step;
  }
  // The classic builder does not mark the step that failed: it is the one it stopped in.
  if (builder === "classic" && last?.state === "running") failed = last;
  const own = outputs
    .filter((output) => output.stepId === failed?.id || output.stepId === undefined)
    .map((output) => output.text);
  return {
    builder,
    ...(failed === undefined ? {} : { failedStep: failed }),
    tail: own.slice(-TAIL_LINES),
    reason: failed?.error ?? outputs.at(-1)?.text ?? "",
  };
}

/** Whether the build failed only because the builder asked a registry that it cannot reach for something it need not. */
export function failedAtRegistry(report: BuildReport): boolean {
  return (
    lookedUpImage(report) !== undefined &&
    /failed to (do request|resolve|fetch|authorize|solve)|dial tcp|no such host|i\/o timeout|connection refused|TLS handshake/u.test(
      report.reason,
    )
  );
}

/** The image that the failed step looked up, if that is what it did. */
function lookedUpImage(report: BuildReport): string | undefined {
  return /^(?:load metadata for|resolve image config for|FROM) (?:--platform=\S+ )?(\S+)/u.exec(
    report.failedStep?.name ?? "",
  )?.[1];
}

/** The error that a failed build ends with: DISK_FULL, DOCKER_UNAVAILABLE, IMAGE_NOT_FOUND or BUILD_FAILED. */
export function buildError(report: BuildReport, tag: string): AppError {
  const text = [...report.tail, report.reason].join("\n");
  const details = { step: report.failedStep?.name, tail: report.tail, builder: report.builder };
  if (/no space left on device/u.test(text)) {
    return new AppError("DISK_FULL", `There is no room to build ${tag}: ${report.reason}`, {
      suggestions: ["docker system df", "docker builder prune"],
      details,
    });
  }
  if (/Cannot connect to the Docker daemon|error during connect/u.test(text)) {
    return new AppError("DOCKER_UNAVAILABLE", "The Docker engine stopped answering during the build", {
      suggestions: ["hangar doctor"],
      details,
    });
  }
  const image = lookedUpImage(report);
  if (image !== undefined) {
    return new AppError(
      "IMAGE_NOT_FOUND",
      `The base image ${image} is neither on the engine nor can it be pulled: ${report.reason}`,
      {
        suggestions: [`docker pull ${image.replace(/^docker\.io\/(library\/)?/u, "")}`],
        details,
      },
    );
  }
  return new AppError("BUILD_FAILED", [failureHeadline(report), ...report.tail.map((line) => `  ${line}`)].join("\n"), {
    details,
  });
}

function failureHeadline({ failedStep, reason }: BuildReport): string {
  if (failedStep === undefined) return `Docker could not build the image: ${reason}`;
  const { name, position } = failedStep;
  return `Docker could not build the image: ${position === undefined ? "" : `step ${position.index}/${position.total} `}${name} failed${failedStep.error === undefined ? "" : `: ${failedStep.error}`}`;
}
