// TCP ports of this machine. Finds out, never reserves: the answer can be old when it is used.
import { createServer } from "node:net";

/** Whether a program could listen on 127.0.0.1:port now. Ports that need a privilege we lack count as taken. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
