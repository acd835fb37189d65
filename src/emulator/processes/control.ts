// The control process: environment → dependencies → run.
import { readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { CONTROL_PORT } from "../../contract/ports.ts";
import { systemClock, systemTimer } from "../../platform/clock.ts";
import { createHttpSend } from "../../platform/http-send.ts";
import { runControl } from "../control-plane/control.ts";
import { AUTHORITY_FILES } from "../lifecycle/planet-spec.ts";
import { createDockerRuntime } from "../runtime/docker/docker-runtime.ts";

/** By then everything that a start needs has been compiled. */
const COMPILED_AFTER_MS = 2_000;

const { env } = process;
const token = readFileSync(env.HANGAR_TOKEN_FILE ?? "", "utf8").trim();
const ending = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.abort());
const options = {
  planet: {
    name: env.HANGAR_PLANET ?? "default",
    block: Number(env.HANGAR_BLOCK ?? "0"),
    home: env.HANGAR_HOME_REGION ?? "iad",
  },
  version: env.HANGAR_VERSION ?? "",
  image: env.HANGAR_IMAGE ?? "",
  httpPort: Number(env.HANGAR_HTTP_PORT),
  httpsPort: Number(env.HANGAR_HTTPS_PORT),
  servicePorts: (env.HANGAR_SERVICE_PORTS ?? "").split(",").filter(Boolean).map(Number),
  authority: {
    certificate: readFileSync(AUTHORITY_FILES.certificate, "utf8"),
    key: readFileSync(AUTHORITY_FILES.key, "utf8"),
  },
  token,
  stateDir: env.HANGAR_STATE_DIR ?? "",
  port: CONTROL_PORT,
  runtime: createDockerRuntime({ socketPath: env.HANGAR_DOCKER_SOCKET ?? "/var/run/docker.sock" }),
  send: createHttpSend(token),
  now: systemClock.now,
  timer: systemTimer,
  log: (text: string): void => void process.stdout.write(`${new Date().toISOString()} ${text}\n`),
};
// Node would write it at the end of the process, which may be a sudden one.
systemTimer(COMPILED_AFTER_MS, () => flushCompileCache());
await runControl(options, ending.signal);
process.exit(0);
