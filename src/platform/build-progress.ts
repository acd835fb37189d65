// Reads what `docker build` prints, line by line, into steps and their output. Pure; both builders. Deciding what a failure
// means is build-failure.ts.
import { stripVTControlCharacters } from "node:util";

export type Builder = "buildkit" | "classic";

/** One step of a build, as far as it has come. */
export interface BuildStep {
  /** The step's number in the output; BuildKit's are not in order of execution. */
  readonly id: string;
  /** The instruction or what BuildKit does, e.g. `RUN npm ci` or `load build context`. */
  readonly name: string;
  /** Place among the instructions of the Dockerfile; absent for what the builder does by itself. */
  readonly position?: { readonly index: number; readonly total: number };
  readonly state: "running" | "done" | "cached" | "failed";
  readonly seconds?: number;
  /** Why it failed. */
  readonly error?: string;
}

/** What one line of output means. */
export type BuildEvent =
  | { readonly kind: "step"; readonly step: BuildStep }
  | { readonly kind: "output"; readonly step: BuildStep | undefined; readonly text: string };

/** Takes the lines of one build in their order; undefined for lines that tell people nothing. */
export interface BuildProgress {
  push(line: string): BuildEvent | undefined;
}

/** A reader for the output of one build. */
export function readBuildProgress(builder: Builder): BuildProgress {
  return builder === "buildkit" ? readBuildkit() : readClassic();
}

const BUILDKIT_NOISE =
  /^(sha256:[0-9a-f]{64}( .*)?|transferring (context|dockerfile):.*|exporting layers.*|writing image .*|naming to .*|extracting .*|resolve .*|\.\.\.)$/u;

function readBuildkit(): BuildProgress {
  const steps = new Map<string, BuildStep>();
  let inSummary = false;
  const update = (step: BuildStep): BuildEvent => {
    steps.set(step.id, step);
    return { kind: "step", step };
  };
  return {
    push(raw) {
      const line = stripVTControlCharacters(raw).trimEnd();
      const match = /^#(\d+) (.+)$/u.exec(line);
      if (match === null) {
        // Outside of steps there are the failure itself and, between rules, a summary that repeats the step.
        if (/^-{4,}$/u.test(line)) inSummary = !inSummary;
        const isRepeated = line === "" || inSummary || /^(-{4,}$|\S+:\d+$)/u.test(line);
        return isRepeated ? undefined : { kind: "output", step: undefined, text: line };
      }
      const [, id = "", rest = ""] = match;
      if (id === "0") return undefined; // newer clients say there which builder they use
      const known = steps.get(id);
      if (known === undefined) return update({ id, ...parseName(rest), state: "running" });
      if (rest.startsWith("[") || rest === known.name) return undefined; // a header repeated after the output of another step
      if (rest === "CACHED") return update({ ...known, state: "cached" });
      const done = /^DONE ([\d.]+)s$/u.exec(rest);
      if (done !== null)
        return update({ ...known, state: known.state === "cached" ? "cached" : "done", seconds: Number(done[1]) });
      if (rest.startsWith("ERROR: ")) return update({ ...known, state: "failed", error: rest.slice("ERROR: ".length) });
      const text = rest.replace(/^\d+\.\d+ /u, "");
      return text === rest && BUILDKIT_NOISE.test(text) ? undefined : { kind: "output", step: known, text };
    },
  };
}

/** `[internal] load metadata for X`, `[2/3] COPY a b`, `[build 2/3] COPY a b`, `exporting to image`. */
function parseName(rest: string): Pick<BuildStep, "name" | "position"> {
  const match = /^\[(?:internal|(?:\S+ )?(\d+)\/(\d+))\] (.*)$/u.exec(rest);
  if (match === null) return { name: rest };
  const [, index, total, name = ""] = match;
  return index === undefined || total === undefined
    ? { name }
    : { name, position: { index: Number(index), total: Number(total) } };
}

const CLASSIC_NOISE =
  /^( ?---> .*|Removing intermediate container .*|Successfully (built|tagged) .*|Sending build context .*|DEPRECATED: .*|\s+BuildKit is currently disabled.*|\s+environment-variable\.|\s+Install the buildx component .*|\s+https:\/\/docs\.docker\.com\/go\/buildx\/)$/u;

function readClassic(): BuildProgress {
  let current: BuildStep | undefined;
  return {
    push(raw) {
      const line = stripVTControlCharacters(raw).trimEnd();
      const header = /^Step (\d+)\/(\d+) : (.*)$/u.exec(line);
      if (header !== null) {
        const [, index = "", total = "", name = ""] = header;
        current = { id: index, name, position: { index: Number(index), total: Number(total) }, state: "running" };
        return { kind: "step", step: current };
      }
      if (current !== undefined && line === " ---> Using cache") {
        current = { ...current, state: "cached" };
        return { kind: "step", step: current };
      }
      // The ID of the layer ends a step; "Running in" begins the step's own container.
      if (current?.state === "running" && /^ ---> [0-9a-f]{12}$/u.test(line)) {
        current = { ...current, state: "done" };
        return { kind: "step", step: current };
      }
      return line === "" || CLASSIC_NOISE.test(line) ? undefined : { kind: "output", step: current, text: line };
    },
  };
}
