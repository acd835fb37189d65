// Twenty configurations as people have them, for mutation and fuzz tests. Made here, so that each says what it is for.

const HTTP = `[http_service]
  internal_port = 8080
  force_https = true
  auto_stop_machines = "stop"
  auto_start_machines = true
  min_machines_running = 0
`;
const VM = `[[vm]]
  size = "shared-cpu-1x"
  memory = "1gb"
`;
const head = (app: string): string => `# ${app}\napp = "${app}"\nprimary_region = "iad"\n`;

/** Name to text. */
export const CONFIG_SAMPLES: Readonly<Record<string, string>> = {
  launched: `${head("launched")}\n[build]\n\n${HTTP}  processes = ["app"]\n\n${VM}`,
  static: `${head("static")}\n[build]\n  dockerfile = "Dockerfile"\n\n[[statics]]\n  guest_path = "/srv"\n  url_prefix = "/assets"\n\n${HTTP}`,
  rails: `${head("rails")}console_command = "/rails/bin/rails console"\nswap_size_mb = 512\n\n[deploy]\n  release_command = "bin/rails db:prepare"\n  release_command_timeout = "10m"\n\n${HTTP}\n[[http_service.checks]]\n  grace_period = "10s"\n  interval = "30s"\n  timeout = "5s"\n  method = "GET"\n  path = "/up"\n  [http_service.checks.headers]\n    X-Forwarded-Proto = "https"\n\n[[statics]]\n  guest_path = "/rails/public"\n  url_prefix = "/"\n`,
  phoenix: `${head("phoenix")}kill_signal = "SIGTERM"\nkill_timeout = 30\n\n[env]\n  PHX_HOST = "phoenix.example.com"\n  PORT = 8080\n  POOL = 1.5\n  DEBUG = false\n\n${HTTP}\n[http_service.concurrency]\n  type = "connections"\n  soft_limit = 1000\n  hard_limit = 1000\n\n${VM}`,
  groups: `${head("groups")}\n[processes]\n  web = "npm start"\n  worker = "node worker.js --queue 'a b'"\n\n${HTTP}  processes = ["web"]\n\n[[vm]]\n  memory = 512\n  processes = ["worker"]\n\n[[vm]]\n  size = "performance-2x"\n  processes = ["web"]\n\n[[restart]]\n  policy = "on-failure"\n  retries = 3\n  processes = ["worker"]\n`,
  postgres: `${head("postgres")}\n[env]\n  PRIMARY_REGION = "iad"\n\n[mounts]\n  source = "pg_data"\n  destination = "/data"\n  initial_size = "10gb"\n  snapshot_retention = 14\n  auto_extend_size_threshold = 80\n  auto_extend_size_increment = "1GB"\n  auto_extend_size_limit = "20GB"\n\n[[services]]\n  protocol = "tcp"\n  internal_port = 5432\n  auto_start_machines = false\n  [[services.ports]]\n    port = 5432\n    handlers = ["pg_tls"]\n    [services.ports.proxy_proto_options]\n      version = "v2"\n\n[checks.pg]\n  port = 5500\n  type = "http"\n  interval = "15s"\n  timeout = "10s"\n  path = "/flycheck/pg"\n\n[[metrics]]\n  port = 9187\n  path = "/metrics"\n`,
  legacy: `app = "legacy"\nkill_signal = "SIGINT"\nkill_timeout = 5\n\n[env]\n\n[experimental]\n  allowed_public_ports = []\n  auto_rollback = true\n\n[[services]]\n  http_checks = []\n  internal_port = 8080\n  processes = ["app"]\n  protocol = "tcp"\n  script_checks = []\n  [services.concurrency]\n    hard_limit = 25\n    soft_limit = 20\n    type = "connections"\n  [[services.ports]]\n    force_https = true\n    handlers = ["http"]\n    port = 80\n  [[services.ports]]\n    handlers = ["tls", "http"]\n    port = 443\n  [[services.tcp_checks]]\n    grace_period = "1s"\n    interval = "15s"\n    restart_limit = 0\n    timeout = "2s"\n`,
  oldest: `app = "oldest"\n\n[build]\n  builtin = "node"\n  build_target = "prod"\n\n[[env]]\n  A = 1\n\n[[processes]]\n  name = "app"\n  command = "run"\n\n[[services]]\n  internal_port = "8080"\n  concurrency = "12,23"\n  processes = ["app"]\n  [[services.ports]]\n    port = "80"\n    handlers = ["http"]\n  [[services.http_checks]]\n    interval = 10000\n    timeout = 2000\n    path = "/"\n    headers = [{ name = "a", value = "b" }]\n\n[mount]\n  source = "data"\n  destination = "/data"\n  initial_size = 200\n\n[metrics]\n  port = 9999\n`,
  udp: `${head("udp")}\n[[services]]\n  protocol = "udp"\n  internal_port = 5000\n  [[services.ports]]\n    port = 5000\n\n[[services]]\n  protocol = "tcp"\n  internal_port = 5001\n  [[services.ports]]\n    start_port = 6000\n    end_port = 6010\n\n[experimental]\n  entrypoint = ["/entrypoint.sh"]\n  cmd = "serve"\n`,
  tls: `${head("tls")}\n${HTTP}\n[http_service.tls_options]\n  alpn = ["h2", "http/1.1"]\n  versions = ["TLSv1.2", "TLSv1.3"]\n  default_self_signed = false\n\n[http_service.http_options]\n  compress = true\n  h2_backend = true\n  idle_timeout = 600\n  [http_service.http_options.response]\n    pristine = true\n    [http_service.http_options.response.headers]\n      fly-request-id = false\n      x-frame-options = "DENY"\n      x-multi = ["a", "b"]\n`,
  canary: `${head("canary")}\n[deploy]\n  strategy = "canary"\n  max_unavailable = 0.5\n  wait_timeout = "3m"\n\n${HTTP}`,
  bluegreen: `${head("bluegreen")}\n[deploy]\n  strategy = "bluegreen"\n  wait_timeout = "10m"\n  [deploy.release_command_vm]\n    size = "performance-1x"\n    memory = "8gb"\n\n${HTTP}\n[[http_service.machine_checks]]\n  image = "curlimages/curl"\n  entrypoint = ["/bin/sh", "-c"]\n  command = ["curl http://[$FLY_TEST_MACHINE_IP]:8080"]\n  kill_signal = "SIGKILL"\n  kill_timeout = "5s"\n`,
  files: `${head("files")}\n[[files]]\n  guest_path = "/etc/app.conf"\n  local_path = "app.conf"\n\n[[files]]\n  guest_path = "/etc/key"\n  secret_name = "KEY"\n\n[[files]]\n  guest_path = "/etc/motd"\n  raw_value = "aGVsbG8="\n  processes = ["app"]\n`,
  gpu: `${head("gpu")}vm.size = "a100-40gb"\n\n[mounts]\n  source = "models"\n  destination = "/models"\n  initial_size = "100gb"\n`,
  regions: `${head("regions")}\n[processes]\n  web = ""\n  worker = "work"\n\n[hangar.regions]\n  iad = 2\n  ams = 1\n  [hangar.regions.worker]\n    nrt = 1\n\n${HTTP}  processes = ["web"]\n`,
  regionList: `${head("region-list")}\n[hangar]\n  regions = ["iad", "ams"]\n\n${HTTP}`,
  compose: `${head("compose")}\n[build]\n  [build.compose]\n    file = "compose.yaml"\n\n${HTTP}`,
  image: `${head("image")}\n[build]\n  image = "nginx:1"\n  ignorefile = ".flyignore"\n  [build.args]\n    NODE_VERSION = "24"\n\n${HTTP}`,
  inline: `${head("inline")}env = { A = "1", B = "2" }\nhttp_service = { internal_port = 3000, auto_stop_machines = "suspend", concurrency = { type = "requests", soft_limit = 200 } }\nvm = [{ cpus = 2, memory = "2gb", cpu_kind = "shared" }]\n`,
  machine: `${head("machine")}machine_config = '{"init": {"tty": true}}'\nhost_dedication_id = "dedicated"\n\n[[vm]]\n  cpus = 4\n  memory_mb = 1024\n  persist_rootfs = "always"\n  kernel_args = ["quiet"]\n\n[[machine_checks]]\n  command = ["true"]\n`,
};
