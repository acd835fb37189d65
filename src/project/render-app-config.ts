export interface NewAppConfig {
  /** A valid app name. */
  readonly app: string;
  /** A valid region code. */
  readonly region: string;
  readonly internalPort: number;
  /** Name of the Dockerfile, where it is not one that is found by itself everywhere. */
  readonly dockerfile?: string | undefined;
}

/** The fly.toml of a project that has a Dockerfile: one HTTP service with the platform's usual settings. */
export function renderAppConfig({ app, region, internalPort, dockerfile }: NewAppConfig): string {
  const build = dockerfile === undefined ? "" : `\n[build]\n  dockerfile = "${dockerfile}"\n`;
  return `app = "${app}"
primary_region = "${region}"
${build}
[http_service]
  internal_port = ${internalPort}
  force_https = true
  auto_stop_machines = "stop"
  auto_start_machines = true
  min_machines_running = 0

[[vm]]
  size = "shared-cpu-1x"
  memory = "1gb"
`;
}
