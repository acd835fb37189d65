// Why a machine does not answer: its exit, its last words and what it listens on. Best effort: an image without `cat`
// cannot tell its sockets.
import type { Diagnosis } from "../../contract/planet.ts";
import { AppError } from "../../errors/app-error.ts";
import type { PlanetRecord } from "../model/records.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import type { Store } from "./store/store.ts";

export interface Diagnoses {
  of(machineId: string): Promise<Diagnosis>;
}

const TAIL_LINES = 20;
const LISTEN_STATE = "0A";

function hexAddress(hex: string): string {
  if (hex.length === 8) {
    return (hex.match(/../g) ?? [])
      .map((byte) => Number.parseInt(byte, 16))
      .toReversed()
      .join(".");
  }
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (/^0{20}ffff/i.test(bytes.join("")))
    return bytes
      .slice(12)
      .map((byte) => Number.parseInt(byte, 16))
      .join(".");
  if (/^0{31}1$/.test(bytes.join(""))) return "::1";
  if (/^0+$/.test(bytes.join(""))) return "::";
  const groups = Array.from({ length: 8 }, (_, i) =>
    Number.parseInt(`${bytes[2 * i]}${bytes[2 * i + 1]}`, 16).toString(16),
  );
  return groups.join(":");
}

/** Listening sockets in the text of /proc/net/tcp and tcp6, as "address:port" ("[address]:port" for IPv6), without duplicates. */
export function parseListening(procNetTcp: string): string[] {
  const found = procNetTcp.split("\n").flatMap((line) => {
    const match = /^\s*\d+:\s+([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\s+\S+\s+([0-9A-F]{2})\s/.exec(line);
    const [, address, port, state] = match ?? [];
    if (address === undefined || port === undefined || state !== LISTEN_STATE) return [];
    const text = hexAddress(address);
    return [`${text.includes(":") ? `[${text}]` : text}:${Number.parseInt(port, 16)}`];
  });
  return [...new Set(found)];
}

export function createDiagnoses(planet: PlanetRecord, store: Store, runtime: ContainerRuntime): Diagnoses {
  return {
    of: async (machineId) => {
      const machine = store.machine(machineId);
      if (machine === undefined) throw new AppError("MACHINE_NOT_FOUND", `machine not found: "${machineId}"`);
      const failure = store.events(machineId).find(({ type, status }) => type === "start" && status === "failed");
      const engineError = typeof failure?.request?.error === "string" ? { engineError: failure.request.error } : {};
      const [container] = await runtime.listContainers({
        ...planetLabels(planet.name, "machine"),
        [LABEL.machine]: machineId,
        [LABEL.instance]: machine.instanceId,
      });
      if (container === undefined) return { state: machine.state, logTail: [], ...engineError };
      const detail = await runtime.inspectContainer(container.id);
      const logTail: string[] = [];
      for await (const line of runtime.logs(container.id, { follow: false, tail: TAIL_LINES })) logTail.push(line.text);
      const running = detail?.state === "running";
      const sockets = running
        ? await runtime
            .exec(container.id, ["cat", "/proc/net/tcp", "/proc/net/tcp6"], { timeoutMs: 3_000 })
            .catch(() => undefined)
        : undefined;
      return {
        state: machine.state,
        logTail,
        ...(detail === undefined || running ? {} : { exitCode: detail.exitCode, oomKilled: detail.oomKilled }),
        ...engineError,
        // cat fails where there is no IPv6, but has printed the first file by then.
        ...(sockets === undefined || !sockets.stdout.includes("local_address")
          ? {}
          : { listening: parseListening(sockets.stdout) }),
      };
    },
  };
}
