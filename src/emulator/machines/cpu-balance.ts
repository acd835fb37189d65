// Shared vCPUs as the platform gives them (CP-01, CP-02): a sixteenth of each at any time, and whole ones in bursts while a
// balance lasts. A machine is looked at when it could have used its balance up, so that idle ones cost next to nothing.
import { asAppError } from "../../errors/app-error.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import { cpuLimit, vcpusOf } from "./container-spec.ts";

/** Share of a CPU that a shared vCPU always has. */
const BASELINE = 1 / 16;
/** Seconds of CPU time above the baseline: at the start, and at most. For each vCPU (the platform tells of one only). */
const INITIAL_S = 5;
const MOST_S = 500;
const SECOND_MS = 1_000;
/** A look costs the engine a call; more often than this none is taken. */
const SOONEST_MS = 250;
const LATEST_MS = 600_000;

/** The balance after a while, in seconds of CPU time. What was taken beyond it counts: it is made up for first. */
export function nextBalance(balanceS: number, usedS: number, elapsedS: number, vcpus: number): number {
  return Math.min(MOST_S * vcpus, balanceS + BASELINE * vcpus * elapsedS - usedS);
}

/** How long a balance lasts at least, in ms; while it is used up, a second. */
export function lastsMs(balanceS: number, vcpus: number): number {
  if (balanceS <= 0) return SECOND_MS;
  const ms = (balanceS / (vcpus * (1 - BASELINE))) * SECOND_MS;
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, Math.ceil(ms)));
}

export interface CpuBalances {
  /** Begins, goes on with or ends the balance of a machine, as its record says. @param found it ran before, nobody knows how long */
  follow(id: string, found?: boolean): void;
  /** Looks at all machines at once: what `throttles` says has changed. */
  refresh(): void;
  close(): void;
}

export interface CpuBalancesDeps {
  readonly planet: string;
  readonly machine: (id: string) => MachineRecord | undefined;
  /** Whether machines are held to their balance at all. */
  readonly throttles: () => boolean;
  readonly runtime: Pick<ContainerRuntime, "listContainers" | "usage" | "updateLimits">;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

interface Balance {
  readonly instanceId: string;
  readonly vcpus: number;
  balanceS: number;
  atMs: number;
  /** CPU time by container as of the last look; undefined: nobody has looked yet. */
  cpuNs: ReadonlyMap<string, number> | undefined;
  /** Undefined: nobody knows. A container that is started again keeps its limits. */
  throttled: boolean | undefined;
  cancel: () => void;
}

export function createCpuBalances(deps: CpuBalancesDeps): CpuBalances {
  const { runtime } = deps;
  const balances = new Map<string, Balance>();

  const containersOf = async (id: string, { instanceId }: Balance): Promise<ContainerInfo[]> => {
    const labels = { ...planetLabels(deps.planet, "machine"), [LABEL.machine]: id, [LABEL.instance]: instanceId };
    const present = await runtime.listContainers(labels);
    return present.filter(({ state }) => state === "running");
  };
  /** Takes what was used since the last look off the balance. */
  const settle = async (balance: Balance, containers: readonly ContainerInfo[]): Promise<void> => {
    const usages = await Promise.all(
      containers.map(async ({ id }) => [id, (await runtime.usage(id))?.cpuNs ?? 0] as const),
    );
    const nowMs = deps.now();
    // A container that has begun anew counts from zero.
    const usedNs = usages.reduce((sum, [id, cpuNs]) => {
      const before = balance.cpuNs === undefined ? cpuNs : (balance.cpuNs.get(id) ?? 0);
      return sum + (cpuNs >= before ? cpuNs - before : cpuNs);
    }, 0);
    const elapsedS = Math.max(0, nowMs - balance.atMs) / SECOND_MS;
    balance.balanceS = nextBalance(balance.balanceS, usedNs / 1e9, elapsedS, balance.vcpus);
    Object.assign(balance, { atMs: nowMs, cpuNs: new Map(usages) });
  };
  const look = async (id: string, balance: Balance): Promise<void> => {
    const containers = await containersOf(id, balance);
    await settle(balance, containers);
    const throttled = balance.balanceS <= 0 && deps.throttles();
    if (throttled === balance.throttled || balances.get(id) !== balance) return;
    for (const container of containers)
      await runtime.updateLimits(container.id, { cpu: cpuLimit(balance.vcpus, throttled ? BASELINE : 1) });
    balance.throttled = throttled;
  };
  const repeat = (id: string, balance: Balance): void => {
    look(id, balance)
      .catch((thrown: unknown) => deps.log(`CPU balance of machine ${id}: ${asAppError(thrown).message}`))
      .finally(() => {
        if (balances.get(id) !== balance) return;
        balance.cancel = deps.timer(lastsMs(balance.balanceS, balance.vcpus), () => repeat(id, balance));
      });
  };
  const end = (id: string): void => {
    balances.get(id)?.cancel();
    balances.delete(id);
  };

  return {
    follow: (id, found = false) => {
      const machine = deps.machine(id);
      const shared = machine?.config.guest?.cpu_kind !== "performance";
      if (machine?.state !== "started" || !shared) return end(id);
      if (balances.get(id)?.instanceId === machine.instanceId) return;
      end(id);
      const vcpus = vcpusOf(machine);
      const balance: Balance = {
        ...{ instanceId: machine.instanceId, vcpus, balanceS: INITIAL_S * vcpus, atMs: deps.now() },
        ...{ cpuNs: found ? undefined : new Map(), throttled: undefined, cancel: () => undefined },
      };
      balances.set(id, balance);
      balance.cancel = deps.timer(found ? 0 : lastsMs(balance.balanceS, vcpus), () => repeat(id, balance));
    },
    refresh: () => {
      for (const [id, balance] of balances) {
        balance.cancel();
        balance.cancel = deps.timer(0, () => repeat(id, balance));
      }
    },
    close: () => {
      for (const id of [...balances.keys()]) end(id);
    },
  };
}
