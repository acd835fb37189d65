// Pure: what the words of `proxy` stand for.
import { isAbsolute, resolve } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { ListenPlace } from "../../platform/stream-listener.ts";

export interface ProxyPlaces {
  readonly local: ListenPlace;
  readonly remotePort: number;
}

const MACHINE_ID = /^[0-9a-f]{14}$/;

/** @throws USAGE */
function parsePort(word: string, lowest: number): number {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
  if (port >= lowest && port <= 65_535) return port;
  throw new AppError("USAGE", `"${word}" is no port`, {
    suggestions: ["hangar proxy 5432", "hangar proxy 15432:5432"],
  });
}

/**
 * Reads `PORT`, `LOCAL:REMOTE` and `FILE:REMOTE`; a local port of 0 is any that is free.
 * @throws USAGE
 */
export function parsePorts(word: string, { address, dir }: { address: string; dir: string }): ProxyPlaces {
  const at = word.lastIndexOf(":");
  if (at === -1) return { local: { address, port: parsePort(word, 1) }, remotePort: parsePort(word, 1) };
  const [local, remotePort] = [word.slice(0, at), parsePort(word.slice(at + 1), 1)];
  if (local.includes("/")) return { local: { file: isAbsolute(local) ? local : resolve(dir, local) }, remotePort };
  return { local: { address, port: parsePort(local, 0) }, remotePort };
}

/** The host that the bytes go to. @param word as given; absent: the app @param machine that was chosen instead */
export function hostOf(app: string, word: string | undefined, machine?: string): string {
  if (machine !== undefined) return `${machine}.vm.${app}.internal`;
  if (word === undefined) return `${app}.internal`;
  return MACHINE_ID.test(word) ? `${word}.vm.${app}.internal` : word.toLowerCase();
}
