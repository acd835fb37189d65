import { CHECKS, MACHINE_CHECKS } from "./checks.ts";
import {
  ANY,
  duration,
  FLAG,
  integer,
  key,
  map,
  retired,
  SCALAR,
  table,
  tables,
  type TableKind,
  TEXT,
  TEXTS,
  union,
  word,
} from "./kinds.ts";
import { FILES, METRICS, MOUNTS, RELEASE_VM, RESTART, STATICS, VM } from "./machines.ts";
import { HTTP_SERVICE, SERVICES } from "./services.ts";

const SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGTERM"];

const BUILD = table({
  image: key(TEXT, "Image to run; nothing is built then", { becomes: "config.image" }),
  dockerfile: key(TEXT, "Dockerfile, relative to the folder of this file", { default: "Dockerfile" }),
  ignorefile: key(TEXT, "File with what stays out of the build, instead of .dockerignore"),
  "build-target": key(TEXT, "Stage of the Dockerfile to build", {
    default: "the last stage",
    aliases: ["build_target"],
  }),
  args: key(map("NAME", SCALAR), "Build arguments"),
  builder: key(TEXT, "Builder of Cloud Native Buildpacks"),
  buildpacks: key(TEXTS, "Buildpacks to build with"),
  builtin: key(TEXT, "Built-in Dockerfile of old"),
  settings: key(ANY, "Settings of the built-in Dockerfile"),
  compose: key(
    table({ file: key(TEXT, "Compose file", { default: "compose.yaml and its usual other names" }) }),
    "Takes the containers of a machine from a Compose file",
    { becomes: "config.containers" },
  ),
  compression: key(word("gzip", "zstd"), "How layers are compressed", { default: "gzip" }),
  compression_level: key(integer(0, 9), "How strongly layers are compressed", { default: "7" }),
});

const DEPLOY = table({
  strategy: key(word("canary", "rolling", "immediate", "bluegreen"), "How machines are replaced", {
    default: "rolling",
  }),
  max_unavailable: key({ type: "number", above: 0 }, "Machines out of service at a time; below 1 a share of them", {
    default: "0.33",
  }),
  wait_timeout: key(duration("nanoseconds"), "Time that a machine has to become healthy", { default: "5m" }),
  release_command: key(TEXT, "Command that is run once before machines are replaced"),
  release_command_timeout: key(duration("nanoseconds"), "Time that the release command may take", { default: "5m" }),
  release_command_vm: key(RELEASE_VM, "Size of the machine that runs the release command"),
  seed_command: key(TEXT, "Command that is run once after the release command of the first deploy"),
});

const WORDS = union("a text or a list of texts", { type: "texts", one: "portable" });

const EXPERIMENTAL = table({
  cmd: key(WORDS, "Replaces the command of the image where a group has none", { becomes: "config.init.cmd" }),
  entrypoint: key(WORDS, "Replaces the entry point of the image", { becomes: "config.init.entrypoint" }),
  exec: key(WORDS, "Runs instead of entry point and command", { becomes: "config.init.exec" }),
  kill_timeout: key(duration("seconds"), "Counts where the file has no kill_timeout of its own", {
    becomes: "config.stop_config.timeout",
  }),
  metrics_port: key(integer(1, 65_535), "Counts where there is no [metrics]", { becomes: "config.metrics.port" }),
  metrics_path: key(TEXT, "Counts where there is no [metrics]", { becomes: "config.metrics.path" }),
  machine_config: key(TEXT, "Wins over machine_config at the top", { becomes: "the base of config" }),
  enable_consul: key(FLAG, "Asks for a Consul URL among the secrets", { default: "false" }),
  enable_etcd: key(FLAG, "Asks for an etcd URL among the secrets", { default: "false" }),
  auto_rollback: key(FLAG, "Read, without effect on machines"),
  lazy_load_images: key(FLAG, "Read, and no longer supported by the platform"),
  attached: key(ANY, "Secrets that attached apps export"),
  private_network: retired("all apps are on a private network"),
  allowed_public_ports: retired("public ports are those of the services"),
});

const COUNT = integer(0, 1_000);

/** `[hangar]`, which the platform's own tool passes over. */
const HANGAR = table({
  regions: key(
    union(
      "a table of regions and numbers of machines ([hangar.regions]), or a list of regions",
      {
        type: "table",
        keys: {},
        restName: "REGION or GROUP",
        rest: union("a number of machines, or a table of regions for a process group", COUNT, map("REGION", COUNT)),
      },
      TEXTS,
    ),
    "Where machines run and how many: iad = 2; in [hangar.regions.GROUP] for one process group",
    { default: "one machine in primary_region", becomes: "the machines that a deploy creates or removes" },
  ),
});

/** Everything that a configuration file may say. */
export const CONFIG: TableKind = table({
  app: key(TEXT, "Name of the app", { becomes: "the app that commands are about" }),
  primary_region: key(TEXT, "Region of first machines and volumes", {
    default: "the nearest one",
    becomes: "config.env.PRIMARY_REGION, and the region of new machines",
  }),
  kill_signal: key(word(...SIGNALS), "Signal that asks the program to end", {
    default: "SIGINT",
    becomes: "config.stop_config.signal",
  }),
  kill_timeout: key(duration("seconds"), "Time that the program has to end; a bare number is seconds", {
    default: "5s",
    becomes: "config.stop_config.timeout",
  }),
  swap_size_mb: key(integer(), "Swap space in MB", { default: "none", becomes: "config.init.swap_size_mb" }),
  console_command: key(TEXT, "Command of a console"),
  host_dedication_id: key(TEXT, "Runs only on hosts with this dedication, where there is a [[vm]]", {
    becomes: "config.guest.host_dedication_id",
  }),
  machine_config: key(TEXT, "JSON, or a .json file, that machines start from", { becomes: "the base of config" }),
  container: key(TEXT, "Container that runs the built image", { default: "app, else the first" }),
  build: key(BUILD, "What the image is made from"),
  deploy: key(DEPLOY, "How a new version is rolled out"),
  env: key(
    union("a table ([env])", map("NAME", SCALAR), tables({}, { item: map("NAME", SCALAR) })),
    "Variables of the environment, the same for all process groups",
    { becomes: "config.env" },
  ),
  processes: key(
    union(
      "a table of groups and commands ([processes])",
      map("GROUP", TEXT),
      tables({ name: key(TEXT, "Name of the group"), command: key(TEXT, "Its command") }, { skipEmpty: true }),
    ),
    "Process groups and their commands",
    { default: "one group, app, with the command of the image", becomes: "config.init.cmd" },
  ),
  http_service: key(HTTP_SERVICE, "A web server on ports 80 and 443", { becomes: "config.services[0]" }),
  services: key(SERVICES, "What machines serve on which ports", { becomes: "config.services" }),
  checks: key(CHECKS, "Checks that do not decide about traffic", { becomes: "config.checks" }),
  machine_checks: key(MACHINE_CHECKS, "Programs that are run in a machine of their own before a deploy goes on"),
  vm: key(VM, "Size of the machines", {
    default: "shared-cpu-1x for new machines; others keep theirs",
    becomes: "config.guest",
    aliases: ["compute", "computes"],
  }),
  mounts: key(MOUNTS, "Volumes of machines", { becomes: "config.mounts", aliases: ["mount"] }),
  files: key(FILES, "Files that are put into machines", { becomes: "config.files" }),
  statics: key(STATICS, "Paths that the edge answers from files", { becomes: "config.statics" }),
  metrics: key(METRICS, "Where metrics are read; the first section of a group counts", {
    becomes: "config.metrics",
    aliases: ["metric"],
  }),
  restart: key(RESTART, "What happens when a program ends; the last section of a group counts", {
    becomes: "config.restart",
  }),
  experimental: key(EXPERIMENTAL, "Settings that have no better place"),
  hangar: key(HANGAR, "Settings of Hangar"),
});
