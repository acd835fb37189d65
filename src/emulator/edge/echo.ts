// The far end of measurements between regions: sends each datagram back to where it came from, if that is another edge.
import dgram from "node:dgram";
import { AppError } from "../../errors/app-error.ts";

export interface Echo {
  close(): void;
}

/**
 * Answers on an edge's address.
 * @param isEdge whether an address is one of our own: machines must not be able to use the echo as a reflector
 * @throws PLANET_START_FAILED
 */
export function startEcho(address: string, port: number, isEdge: (address: string) => boolean): Promise<Echo> {
  const socket = dgram.createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.on("message", (message, { address: from, port: fromPort }) => {
    if (isEdge(from)) socket.send(message, fromPort, from, () => undefined);
  });
  return new Promise((resolve, reject) => {
    socket.once("error", (cause) => {
      socket.close();
      reject(new AppError("PLANET_START_FAILED", `edge cannot answer measurements on ${address}`, { cause }));
    });
    socket.bind({ address, port }, () => {
      socket.removeAllListeners("error");
      socket.on("error", () => undefined);
      resolve({ close: () => socket.close() });
    });
  });
}
