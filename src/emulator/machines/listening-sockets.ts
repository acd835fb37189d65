// What a machine listens on, as its own kernel tells. Best effort: an image without `cat` cannot tell.
import type { ContainerRuntime } from "../runtime/container-runtime.ts";

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

/** The listening TCP sockets of a running container, or undefined where its image has no way to tell. */
export async function listeningSockets(runtime: ContainerRuntime, container: string): Promise<string[] | undefined> {
  const files = ["/proc/net/tcp", "/proc/net/tcp6"];
  const answer = await runtime.exec(container, ["cat", ...files], { timeoutMs: 3_000 }).catch(() => undefined);
  // cat fails where there is no IPv6, but has printed the first file by then.
  return answer?.stdout.includes("local_address") === true ? parseListening(answer.stdout) : undefined;
}
