export interface NewAppConfig {
  /** A valid app name. */
  readonly app: string;
  /** A valid region code. */
  readonly region: string;
  readonly internalPort: number;
  /** Name of the Dockerfile, where it is not one that is found by itself everywhere. */
  readonly dockerfile?: string | undefined;
  /** Path of an HTTP check. */
  readonly healthPath?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Process group to command. */
  readonly processes?: ReadonlyMap<string, string> | undefined;
  /** The process group that serves HTTP, where there are groups. */
  readonly webProcess?: string | undefined;
  readonly releaseCommand?: string | undefined;
  readonly killSignal?: string | undefined;
  readonly volume?: { readonly source: string; readonly destination: string } | undefined;
}

/** The fly.toml of a project: one HTTP service with the platform's usual settings, and what is special about the project. */
export function renderAppConfig(input: NewAppConfig): string {
  const { app, region, internalPort, dockerfile, processes, volume } = input;
  const top = [
    ["app", app],
    ["primary_region", region],
    ["kill_signal", input.killSignal],
  ] as const;
  return [
    lines(top),
    dockerfile === undefined ? "" : `[build]\n${indent(lines([["dockerfile", dockerfile]]))}`,
    table("env", Object.entries(input.env ?? {})),
    input.releaseCommand === undefined ? "" : table("deploy", [["release_command", input.releaseCommand]]),
    table("processes", [...(processes ?? [])]),
    volume === undefined
      ? ""
      : table("[mounts]", Object.entries({ source: volume.source, destination: volume.destination })),
    `[http_service]
  internal_port = ${internalPort}
  force_https = true
  auto_stop_machines = "stop"
  auto_start_machines = true
  min_machines_running = 0${input.webProcess === undefined ? "" : `\n  processes = [${quote(input.webProcess)}]`}`,
    input.healthPath === undefined
      ? ""
      : `  [[http_service.checks]]
    method = "GET"
    path = ${quote(input.healthPath)}
    interval = "10s"
    timeout = "2s"
    grace_period = "10s"`,
    `[[vm]]
  size = "shared-cpu-1x"
  memory = "1gb"
`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function table(name: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.length === 0 ? "" : `[${name}]\n${indent(lines(pairs))}`;
}

function lines(pairs: readonly (readonly [string, string | undefined])[]): string {
  return pairs.flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${quote(value)}`])).join("\n");
}

/** Lines are TOML's: for a regular expression a value's U+2028 would begin one as well. */
function indent(text: string): string {
  return `  ${text.replaceAll("\n", "\n  ")}`;
}

/** A basic string of TOML, whose escapes are those of JSON, but that DEL has to be escaped too. */
function quote(value: string): string {
  return JSON.stringify(value).replaceAll("\u007F", "\\u007F");
}
