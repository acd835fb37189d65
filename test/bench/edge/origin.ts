// The app behind the proxies: answers each GET with the same bytes, as cheaply as Node.js can. Arguments: port.
import net from "node:net";
import { LARGE_BYTES, LARGE_PATH, SMALL_BYTES } from "./load.ts";

const END_OF_HEAD = "\r\n\r\n";
const answer = (bytes: number): Buffer =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`,
  );
const small = answer(SMALL_BYTES);
const large = answer(LARGE_BYTES);

net
  .createServer({ noDelay: true }, (socket) => {
    let held = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      const heads = (held + bytes.toString("latin1")).split(END_OF_HEAD);
      held = heads.pop() ?? "";
      for (const head of heads) socket.write(head.startsWith(`GET ${LARGE_PATH} `) ? large : small);
    });
  })
  .listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4_096 });
