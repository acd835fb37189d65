// What the cases of the container runtime contract share: the implementation under test, and short ways to make things
// that are removed after each case.
import { afterAll, afterEach, beforeAll, test } from "vitest";
import type { AppError } from "../../src/errors/app-error.ts";
import type { ErrorCode } from "../../src/errors/catalogue.ts";
import type {
  ContainerDetail,
  ContainerRuntime,
  ContainerSpec,
  NetworkSpec,
} from "../../src/emulator/runtime/container-runtime.ts";
import { planetLabels } from "../../src/emulator/runtime/labels.ts";
import { waitUntil } from "../../src/platform/clock.ts";

/** What the programs of the suite do. */
export type SuiteProgram =
  /** Prints "ready", exits 3 on SIGTERM and 4 on SIGINT, goes on after SIGUSR1. */
  | "obedient"
  /** Prints "ready", goes on after everything but SIGKILL. */
  | "stubborn"
  /** Prints "one", "two" and "three" and exits 7. */
  | "brief"
  /** Prints what it is given to read and exits 7. */
  | "reader"
  /** Takes memory until the kernel ends it. */
  | "leaker"
  /** Cannot be started. */
  | "unstartable";

export interface RuntimeHarness {
  readonly runtime: ContainerRuntime;
  readonly planet: string;
  readonly programs: Readonly<Record<SuiteProgram, Pick<ContainerSpec, "image" | "command">>>;
  readonly hostPort: number;
  /** Has cp and du. */
  readonly workerImage: string;
  readonly dispose: () => Promise<void>;
}

/** Programs of the suite answer these commands; everything else is up to the implementation. */
export const EXEC_COMMANDS = {
  speaks: ["sh", "-c", "echo out; echo err >&2; exit 3"],
  /** Prints what it reads, WORD, and who and where it is. */
  repeats: ["sh", "-c", 'cat; echo "$WORD $(id -u) $(pwd)"'],
  hangs: ["sleep", "60"],
  /** Answers each of two lines as it comes, and ends with the number that is the second. */
  talks: ["sh", "-c", 'read one; echo "heard $one"; read two; echo "then $two" >&2; exit $two'],
  /** Prints the rows and columns of its terminal now and after each line. */
  sized: ["sh", "-c", "stty -echo; while stty size; do read line || exit 0; done"],
} as const;

export const DEADLINE_MS = 20_000;

// documentation ranges, so that no planet and no LAN is in the way
export const NETWORK: Omit<NetworkSpec, "name" | "labels"> = {
  subnet4: "198.51.100.0/24",
  bridge4: "198.51.100.1",
  gateway4: "198.51.100.254",
  subnet6: "fdaa:ffff:100::/64",
  bridge6: "fdaa:ffff:100::1",
  gateway6: "fdaa:ffff:100::fe",
  routed: true,
};
export const OTHER_NETWORK: Omit<NetworkSpec, "name" | "labels"> = {
  subnet4: "203.0.113.0/24",
  bridge4: "203.0.113.1",
  routed: false,
};

export async function codeOf(work: Promise<unknown>): Promise<ErrorCode | "no error"> {
  try {
    await work;
    return "no error";
  } catch (thrown) {
    return (thrown as AppError).code;
  }
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

/** What cases are given. Everything made through it is removed after the case. */
export interface RuntimeSuite {
  readonly harness: RuntimeHarness;
  readonly runtime: ContainerRuntime;
  /** A case, skipped with its reason where the implementation deviates. */
  holds(title: string, run: () => Promise<void>): void;
  /** A name that nothing has. */
  fresh(kind: string): string;
  labels(): Record<string, string>;
  network(base?: Omit<NetworkSpec, "name" | "labels">): Promise<string>;
  keepVolume(name: string): void;
  create(program: SuiteProgram, more?: Partial<ContainerSpec>): Promise<string>;
  inspect(id: string): Promise<ContainerDetail>;
  /** Created, started, and so far that its signals are handled. */
  start(program: "obedient" | "stubborn", more?: Partial<ContainerSpec>): Promise<string>;
  waitForState(id: string, state: ContainerDetail["state"]): Promise<ContainerDetail>;
}

/** Sets the hooks of the suite up; called inside its describe. */
export function openRuntimeSuite(
  make: () => Promise<RuntimeHarness>,
  deviations: Readonly<Record<string, string>>,
): RuntimeSuite {
  let harness: RuntimeHarness;
  let runtime: ContainerRuntime;
  let made = 0;
  const networks: string[] = [];
  const volumes: string[] = [];

  beforeAll(async () => {
    harness = await make();
    ({ runtime } = harness);
  });
  afterEach(async () => {
    for (const { id } of await runtime.listContainers(planetLabels(harness.planet))) await runtime.removeContainer(id);
    for (const network of networks.splice(0)) await runtime.removeNetwork(network);
    for (const volume of volumes.splice(0)) await runtime.removeVolume(volume);
  });
  afterAll(() => harness?.dispose());

  const holds = (title: string, run: () => Promise<void>): void => {
    const reason = deviations[title];
    const define = reason === undefined ? test : test.skip;
    define(reason === undefined ? title : `${title} (${reason})`, run);
  };
  const fresh = (kind: string): string => `${harness.planet}-${kind}-${(made += 1)}`;
  const labels = (): Record<string, string> => planetLabels(harness.planet, "machine");
  const network = async (base = NETWORK): Promise<string> => {
    const own = fresh("net");
    await runtime.createNetwork({ ...base, name: own, labels: planetLabels(harness.planet, "network") });
    networks.push(own);
    return own;
  };
  const create = (program: SuiteProgram, more: Partial<ContainerSpec> = {}): Promise<string> =>
    runtime.createContainer({
      name: fresh("c"),
      labels: labels(),
      networks: [],
      ...harness.programs[program],
      ...more,
    });
  const inspect = async (id: string): Promise<ContainerDetail> => {
    const detail = await runtime.inspectContainer(id);
    if (detail === undefined) throw new TypeError(`${id} is gone`);
    return detail;
  };
  /** Created, started, and so far that its signals are handled. */
  const start = async (program: "obedient" | "stubborn", more: Partial<ContainerSpec> = {}): Promise<string> => {
    const id = await create(program, more);
    await runtime.startContainer(id);
    const abort = new AbortController();
    for await (const { text } of runtime.logs(id, { follow: true, signal: abort.signal }))
      if (text === "ready") abort.abort();
    return id;
  };
  const waitForState = (id: string, state: ContainerDetail["state"]): Promise<ContainerDetail> =>
    waitUntil(async () => ((await inspect(id)).state === state ? inspect(id) : undefined), {
      what: `${id} to be ${state}`,
      deadlineMs: DEADLINE_MS,
      intervalMs: 20,
    });

  return {
    get harness() {
      return harness;
    },
    get runtime() {
      return runtime;
    },
    holds,
    fresh,
    labels,
    network,
    keepVolume: (name) => volumes.push(name),
    create,
    inspect,
    start,
    waitForState,
  };
}
