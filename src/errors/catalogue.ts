// The one table of error codes: what kind of fault each is, the exit status of the command line, and the HTTP status
// of the control plane. Codes are stable: they are never renamed and never reused. docs/errors.md is generated from it.

export interface CatalogueEntry {
  /** Who can act: the user, the owner of the machine (environment), or us (bug). */
  readonly kind: "user" | "environment" | "bug";
  /** Exit status of the command line. */
  readonly exit: number;
  /** HTTP status when the control plane answers with this code. */
  readonly status: number;
  /** What the code means, for docs/errors.md. */
  readonly meaning: string;
}

/** Every error code that Hangar can end with. */
export const CATALOGUE = {
  // the project and its configuration
  CONFIG_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "No fly.toml was found for the directory." },
  CONFIG_SYNTAX: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The configuration file is not valid TOML, JSON or YAML.",
  },
  CONFIG_INVALID: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The configuration file has values that cannot be used.",
  },
  CONFIG_TOO_LARGE: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The configuration file is larger than 64 KiB (16 KiB in JSON and YAML), which no configuration is.",
  },
  CONFIG_KEY_UNKNOWN: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The configuration file has a key that means nothing.",
  },
  CONFIG_KEY_DUPLICATE: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The configuration file says the same thing twice.",
  },
  CONFIG_DURATION_UNIT: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "A duration is a bare number, which is read in a unit that is hardly meant.",
  },
  CONFIG_GROUP_UNKNOWN: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "A section of the configuration names a process group that is not there, or should name one.",
  },
  CONFIG_NOT_PORTABLE: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "Hangar reads a value of the configuration that flyctl refuses.",
  },
  CONFIG_NO_EFFECT: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The configuration file has a setting that changes nothing.",
  },
  CONFIG_KEY_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "No key of the configuration has that name." },
  DOCKERFILE_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "There is nothing to build an image from." },
  FILE_EXISTS: { kind: "user", exit: 5, status: 409, meaning: "A file would have to be overwritten." },
  ARCHIVE_UNSAFE: { kind: "environment", exit: 69, status: 502, meaning: "An archive leads out of its own folder." },
  FILE_ACCESS: {
    kind: "environment",
    exit: 69,
    status: 500,
    meaning: "A file or folder of the project cannot be read or written.",
  },
  TEMPLATE_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "No template has that name." },
  // input
  USAGE: { kind: "user", exit: 2, status: 400, meaning: "An argument or a flag has a value that cannot be used." },
  CONFIRMATION_REQUIRED: {
    kind: "user",
    exit: 2,
    status: 400,
    meaning: "The command would ask, and nobody can answer: pass --yes.",
  },
  CANCELLED: { kind: "user", exit: 130, status: 499, meaning: "The command was interrupted." },
  REGION_UNKNOWN: { kind: "user", exit: 2, status: 422, meaning: "No region has that code." },
  APP_NAME_INVALID: { kind: "user", exit: 2, status: 422, meaning: "The app name cannot be used in host names." },
  // things that are not there, or are there already
  APP_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "No app has that name on the target." },
  APP_NAME_TAKEN: { kind: "user", exit: 5, status: 422, meaning: "Another app has that name." },
  MACHINE_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "No machine has that ID." },
  LEASE_HELD: { kind: "user", exit: 5, status: 409, meaning: "Somebody else holds the machine's lease." },
  VOLUME_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "No volume of the app has that ID." },
  SECRET_NOT_FOUND: {
    kind: "user",
    exit: 3,
    status: 404,
    meaning: "The app has no secret or secret key of that name.",
  },
  CERTIFICATE_NOT_FOUND: {
    kind: "user",
    exit: 3,
    status: 404,
    meaning: "The app has no certificate for that host name.",
  },
  CERTIFICATE_INVALID: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "A certificate cannot be had or used for that host name.",
  },
  IP_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "The app does not have that address." },
  PATH_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "There is no such file or folder." },
  HOST_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "A host of the private network is not there." },
  LEASE_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "Nobody holds a lease on the machine." },
  METADATA_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "The machine has no metadata under that key." },
  ORGANIZATION_NOT_FOUND: {
    kind: "user",
    exit: 3,
    status: 404,
    meaning: "The target has no organization of that name.",
  },
  MACHINE_STATE: { kind: "user", exit: 5, status: 412, meaning: "The machine's state does not allow the operation." },
  CONFLICT: { kind: "user", exit: 5, status: 409, meaning: "Somebody else changed the same thing at the same time." },
  NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "The control plane has no such address." },
  REQUEST_INVALID: {
    kind: "user",
    exit: 1,
    status: 400,
    meaning: "The control plane refused the body or the parameters of a request.",
  },
  REQUEST_TOO_LARGE: { kind: "user", exit: 1, status: 413, meaning: "The body of the request is larger than allowed." },
  UNAUTHORIZED: { kind: "user", exit: 4, status: 401, meaning: "The token is missing or not the planet's." },
  FORBIDDEN: { kind: "user", exit: 4, status: 403, meaning: "The token does not allow that." },
  TARGET_UNSUPPORTED: { kind: "user", exit: 2, status: 501, meaning: "The command works on the other target only." },
  SIGNED_OUT: { kind: "user", exit: 4, status: 401, meaning: "There is no token for the remote platform." },
  HOST_REFUSED: {
    kind: "user",
    exit: 4,
    status: 403,
    meaning: "The Host header is not a loopback name (protection against DNS rebinding).",
  },
  NO_PRESENTABLE_SERVICE: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The app has no HTTP service that could be opened.",
  },
  // building and deploying
  BUILD_FAILED: { kind: "user", exit: 1, status: 422, meaning: "Docker could not build the image." },
  IMAGE_NOT_FOUND: {
    kind: "user",
    exit: 3,
    status: 404,
    meaning: "The image is neither on the engine nor can it be pulled.",
  },
  PUSH_FAILED: { kind: "environment", exit: 69, status: 502, meaning: "An image could not be pushed to its registry." },
  MACHINE_EXITED: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "A machine's program ended while it was being started.",
  },
  MACHINE_START_FAILED: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The engine could not start a machine's program.",
  },
  APP_NOT_LISTENING: { kind: "user", exit: 1, status: 422, meaning: "Nothing answers on the service's internal port." },
  APP_LOOPBACK_ONLY: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The program listens on 127.0.0.1 only, where the edge cannot reach it.",
  },
  CHECKS_FAILED: { kind: "user", exit: 1, status: 422, meaning: "A machine's health checks did not pass in time." },
  DEPLOY_INCOMPLETE: {
    kind: "environment",
    exit: 1,
    status: 500,
    meaning: "A deploy failed and its rollback did too.",
  },
  DEPLOY_REFUSED: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "A machine can be neither updated nor replaced as the deploy asks.",
  },
  DEPLOY_RUNNING: { kind: "user", exit: 5, status: 409, meaning: "Another deploy of the app is under way." },
  STRATEGY_IMPOSSIBLE: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The app cannot be deployed with the strategy that was asked for.",
  },
  VOLUME_NEEDED: { kind: "user", exit: 1, status: 422, meaning: "A machine needs a volume that is not there." },
  PLAN_STALE: {
    kind: "user",
    exit: 5,
    status: 409,
    meaning: "The world is no longer the one that the plan was made for.",
  },
  PLAN_INVALID: { kind: "user", exit: 1, status: 422, meaning: "The file is not a plan of a deploy." },
  MACHINE_CHECK_FAILED: { kind: "user", exit: 1, status: 422, meaning: "A program of [[machine_checks]] failed." },
  RELEASE_COMMAND_FAILED: {
    kind: "user",
    exit: 1,
    status: 422,
    meaning: "The release or seed command ended with an error: no machine was changed.",
  },
  RELEASE_NOT_FOUND: { kind: "user", exit: 3, status: 404, meaning: "The app has no such release." },
  WRONG_VERSION: {
    kind: "environment",
    exit: 1,
    status: 502,
    meaning: "A machine runs another version than the one that was deployed to it.",
  },
  NOT_OBSERVED: {
    kind: "environment",
    exit: 69,
    status: 504,
    meaning: "Whether a machine is healthy could not be found out: the control plane did not answer.",
  },
  // the planet and the machine it runs on
  PLANET_DOWN: { kind: "user", exit: 3, status: 503, meaning: "The planet is not running." },
  PLANET_BUSY: { kind: "user", exit: 5, status: 409, meaning: "Another command is changing the planet." },
  PLANET_START_FAILED: { kind: "environment", exit: 69, status: 503, meaning: "A part of the planet did not come up." },
  PLANET_NAME_INVALID: {
    kind: "user",
    exit: 2,
    status: 422,
    meaning: "The planet name cannot be used in container names.",
  },
  DOCKER_UNAVAILABLE: { kind: "environment", exit: 69, status: 503, meaning: "No Docker engine answers." },
  DOCKER_TOO_OLD: { kind: "environment", exit: 69, status: 503, meaning: "The Docker engine is older than 20.10." },
  DOCKER_FAILED: { kind: "environment", exit: 69, status: 502, meaning: "The Docker engine refused an operation." },
  TUN_UNAVAILABLE: {
    kind: "environment",
    exit: 69,
    status: 503,
    meaning: "The engine's host has no usable /dev/net/tun.",
  },
  PORT_TAKEN: {
    kind: "environment",
    exit: 69,
    status: 409,
    meaning: "A port on 127.0.0.1 is used by another program.",
  },
  ADDRESS_CLASH: {
    kind: "environment",
    exit: 69,
    status: 409,
    meaning: "All address blocks of the planet are in use on this host.",
  },
  AUTHORITY_INVALID: {
    kind: "environment",
    exit: 69,
    status: 500,
    meaning: "The certificate authority of this machine cannot be used.",
  },
  TRUST_STORE_FAILED: { kind: "environment", exit: 69, status: 500, meaning: "A certificate store was not changed." },
  DISK_FULL: { kind: "environment", exit: 69, status: 507, meaning: "The disk is full." },
  NODE_TOO_OLD: { kind: "environment", exit: 69, status: 500, meaning: "Node.js is older than 22.18." },
  RATE_LIMITED: {
    kind: "environment",
    exit: 75,
    status: 429,
    meaning: "The API refused too many requests, also after waiting as long as it asked for.",
  },
  OUTCOME_UNKNOWN: {
    kind: "environment",
    exit: 75,
    status: 502,
    meaning: "A change was sent and its answer was lost, so that nobody knows whether it was made.",
  },
  UNREACHABLE: {
    kind: "environment",
    exit: 69,
    status: 502,
    meaning: "A request could not be sent or was not answered.",
  },
  DEADLINE: { kind: "environment", exit: 124, status: 408, meaning: "Something did not happen before its deadline." },
  INTERNAL: { kind: "bug", exit: 70, status: 500, meaning: "A bug in Hangar." },
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof CATALOGUE;

/** Whether a word read from outside is a code of the catalogue. */
export function isErrorCode(word: unknown): word is ErrorCode {
  return typeof word === "string" && Object.hasOwn(CATALOGUE, word);
}
