// The flags of `deploy`, in the words of flyctl where it has one, and what they mean to the operation.
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { DeployInput } from "../../operations/deploy/deploy.ts";
import { STRATEGIES, type Strategy } from "../../operations/deploy/plan/plan-types.ts";
import { Flags } from "../oclif.ts";
import { configFlags } from "./config.ts";
import { regionsFlag } from "./region.ts";
import { timeMs } from "./time.ts";

const list = (summary: string, helpValue: string) =>
  Flags.string({ summary, helpValue, multiple: true, delimiter: "," });
type Environment = Readonly<Record<string, string | undefined>>;

const pairs = (summary: string) => Flags.string({ summary, helpValue: "NAME=VALUE", multiple: true });

export const deployFlags = {
  app: Flags.string({ char: "a", summary: "Name of the app, instead of the one in fly.toml", helpValue: "NAME" }),
  ...configFlags,
  regions: regionsFlag({ char: "r", summary: "Regions that get a machine (default: primary_region of fly.toml)" }),
  image: Flags.string({ char: "i", summary: "Deploy this image and build nothing", helpValue: "IMAGE" }),
  strategy: Flags.string({
    summary: "How machines are replaced (default: [deploy] strategy of fly.toml, else rolling)",
    options: [...STRATEGIES],
  }),
  "max-unavailable": Flags.string({
    summary: "Share of the machines that may be away at a time, or their number (default: 0.33)",
    helpValue: "N",
  }),
  "wait-timeout": Flags.string({
    summary: "Time that each machine has to become healthy, such as 90 or 5m (default: 5m)",
    helpValue: "TIME",
  }),
  "release-command-timeout": Flags.string({
    summary: "Time that the release command has (default: 5m)",
    helpValue: "TIME",
  }),
  "lease-timeout": Flags.integer({
    summary: "Seconds after which a deploy that was killed counts as cut short",
    default: 13,
    min: 2,
    max: 600,
  }),
  "skip-release-command": Flags.boolean({ summary: "Do not run the release command", default: false }),
  "smoke-checks": Flags.boolean({
    summary: "Watch machines without checks for a while",
    default: true,
    allowNo: true,
  }),
  detach: Flags.boolean({ summary: "Do not wait until machines are healthy", default: false }),
  "no-rollback": Flags.boolean({ summary: "Keep what a failed deploy has changed", default: false }),
  ha: Flags.boolean({
    summary: "Give new process groups a second machine, or a standby where they have no services",
    default: false,
    allowNo: true,
  }),
  "update-only": Flags.boolean({ summary: "Make no new machines", default: false }),
  "process-groups": list("Deploy these process groups only", "GROUP,…"),
  "only-machines": list("Change these machines only", "ID,…"),
  "exclude-machines": list("Leave these machines as they are", "ID,…"),
  "exclude-regions": list("Leave machines in these regions as they are", "REGION,…"),
  "volume-initial-size": Flags.integer({ summary: "Size in GB of volumes that are made", helpValue: "GB", min: 1 }),
  force: Flags.boolean({ summary: "Replace machines too that run exactly this already", default: false }),
  "dry-run": Flags.boolean({ summary: "Build, and say what would happen; change nothing", default: false }),
  plan: Flags.string({
    summary: "Carry out a plan that --dry-run --json has made, if the world is still the same",
    helpValue: "FILE",
    exclusive: ["image", "dry-run", "strategy", "regions"],
  }),
  dockerfile: Flags.string({ summary: "Dockerfile to build from", helpValue: "FILE" }),
  ignorefile: Flags.string({ summary: "File to use in place of .dockerignore", helpValue: "FILE" }),
  "build-target": Flags.string({ summary: "Stage of the Dockerfile to build", helpValue: "STAGE" }),
  "build-arg": pairs("Build argument; may be repeated"),
  "build-secret": pairs(
    "Secret that the build sees and the image does not keep; NAME alone takes it from the environment, where other users do not see it; may be repeated",
  ),
  label: pairs("Label of the image; may be repeated"),
  "public-ips": Flags.boolean({
    summary: "Let the first deploy to Fly.io allocate public addresses",
    default: true,
    allowNo: true,
  }),
  flycast: Flags.boolean({
    summary: "Let the first deploy to Fly.io allocate a private address instead of public ones",
    default: false,
  }),
  "image-label": Flags.string({ summary: "Tag of the image, instead of one made from its content", helpValue: "TAG" }),
  "no-cache": Flags.boolean({ summary: "Build every step anew", default: false }),
  "build-only": Flags.boolean({ summary: "Build the image and deploy nothing", default: false }),
  push: Flags.boolean({ summary: "Push the image to the registry of its name", default: false }),
};

/** What oclif makes of the flags. */
export interface DeployFlags {
  readonly app?: string | undefined;
  readonly regions?: readonly string[] | undefined;
  readonly image?: string | undefined;
  readonly strategy?: string | undefined;
  readonly "max-unavailable"?: string | undefined;
  readonly "wait-timeout"?: string | undefined;
  readonly "release-command-timeout"?: string | undefined;
  readonly "lease-timeout": number;
  readonly "skip-release-command": boolean;
  readonly "smoke-checks": boolean;
  readonly detach: boolean;
  readonly "no-rollback": boolean;
  readonly ha: boolean;
  readonly "update-only": boolean;
  readonly "process-groups"?: readonly string[] | undefined;
  readonly "only-machines"?: readonly string[] | undefined;
  readonly "exclude-machines"?: readonly string[] | undefined;
  readonly "exclude-regions"?: readonly string[] | undefined;
  readonly "volume-initial-size"?: number | undefined;
  readonly force: boolean;
  readonly "dry-run": boolean;
  readonly yes: boolean;
  readonly dockerfile?: string | undefined;
  readonly ignorefile?: string | undefined;
  readonly "build-target"?: string | undefined;
  readonly "build-arg"?: readonly string[] | undefined;
  readonly "build-secret"?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
  readonly "image-label"?: string | undefined;
  readonly "no-cache": boolean;
  readonly "build-only": boolean;
  readonly push: boolean;
  readonly "public-ips": boolean;
  readonly flycast: boolean;
}

function pairsOf(words: readonly string[] | undefined, flag: string): Record<string, string> {
  return Object.fromEntries(
    (words ?? []).map((word): [string, string] => {
      const at = word.indexOf("=");
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
      throw new AppError("USAGE", `--${flag} wants NAME=VALUE`);
    }),
  );
}

/** Values that do not have to stand among the arguments: a name alone is a variable of the environment. */
function secretsOf(words: readonly string[] = [], env: Environment): Record<string, string> {
  const written = words.map((word) => (word.includes("=") || !env[word] ? word : `${word}=${env[word]}`));
  const unset = written.find((word) => !word.includes("="));
  if (unset === undefined) return pairsOf(written, "build-secret");
  throw new AppError("USAGE", `--build-secret ${unset} has no value, and the environment has no ${unset}`, {
    suggestions: [`--build-secret ${unset}=VALUE`],
  });
}

function unavailable(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new AppError("USAGE", "the value for --max-unavailable must be > 0");
}

/** The operation's input, but for what is read from files. @throws USAGE */
export function deployInput(
  flags: DeployFlags,
  { cwd, env }: { readonly cwd: string; readonly env: Environment },
): Omit<DeployInput, "loaded"> {
  const given = <T>(value: T | undefined, key: string): Record<string, T> =>
    value === undefined ? {} : { [key]: value };
  const file = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : path.resolve(cwd, name);
  return {
    regions: flags.regions ?? [],
    force: flags.force,
    dryRun: flags["dry-run"],
    agreed: flags.yes,
    noRollback: flags["no-rollback"],
    smokeChecks: flags["smoke-checks"],
    detach: flags.detach,
    skipReleaseCommand: flags["skip-release-command"],
    leaseTtlS: flags["lease-timeout"],
    buildOnly: flags["build-only"],
    push: flags.push,
    addresses: flags.flycast ? "private" : flags["public-ips"] ? "public" : "none",
    ...given(flags.image, "image"),
    ...given(flags.strategy as Strategy | undefined, "strategy"),
    ...given(unavailable(flags["max-unavailable"]), "maxUnavailable"),
    ...given(timeMs(flags["wait-timeout"], "wait-timeout"), "waitTimeoutMs"),
    ...given(timeMs(flags["release-command-timeout"], "release-command-timeout"), "releaseCommandTimeoutMs"),
    build: {
      dockerfile: file(flags.dockerfile),
      ignorefile: file(flags.ignorefile),
      target: flags["build-target"],
      args: pairsOf(flags["build-arg"], "build-arg"),
      secrets: secretsOf(flags["build-secret"], env),
      labels: pairsOf(flags.label, "label"),
      imageLabel: flags["image-label"],
      noCache: flags["no-cache"],
    },
    filters: {
      ha: flags.ha,
      updateOnly: flags["update-only"],
      processGroups: flags["process-groups"] ?? [],
      onlyMachines: flags["only-machines"] ?? [],
      excludeMachines: flags["exclude-machines"] ?? [],
      excludeRegions: flags["exclude-regions"] ?? [],
      ...given(flags["volume-initial-size"], "volumeInitialSizeGb"),
    },
  };
}
