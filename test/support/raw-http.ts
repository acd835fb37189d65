// HTTP/1.1 by hand over a socket: what a test sends is exactly what it wrote.
import net from "node:net";

export interface RawOptions {
  readonly port: number;
  readonly host?: string;
  /** Pieces sent one after the other, each when the kernel has taken the one before. */
  readonly pieces: readonly string[];
  /** Stops listening once this says that the answer is whole; otherwise at the end of the connection. */
  readonly until?: (received: string) => boolean;
  readonly deadlineMs?: number;
}

export interface RawAnswer {
  readonly text: string;
  readonly statuses: number[];
  /** How the connection ended. */
  readonly ended: "by us" | "cleanly" | "by a reset" | "not in time";
}

/** Sends bytes (latin1) and answers what came back. */
export function sendRaw({
  port,
  host = "127.0.0.1",
  pieces,
  until,
  deadlineMs = 3_000,
}: RawOptions): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = "";
    const socket = net.connect({ port, host, noDelay: true });
    const finish = (ended: RawAnswer["ended"]): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({
        text,
        statuses: [...text.matchAll(/(?<=^|\n|[^\r\n])HTTP\/1\.[01] (\d{3})/g)].map((match) => Number(match[1])),
        ended,
      });
    };
    const timer = setTimeout(() => finish("not in time"), deadlineMs);
    socket.setEncoding("latin1");
    socket.on("data", (more: string) => {
      text += more;
      if (until?.(text) === true) finish("by us");
    });
    socket.on("end", () => finish("cleanly"));
    socket.on("error", () => finish("by a reset"));
    const next = (index: number): void => {
      const piece = pieces[index];
      if (piece !== undefined) socket.write(piece, "latin1", () => setImmediate(next, index + 1));
    };
    socket.on("connect", () => next(0));
  });
}

/** Whether the text ends a response with that many bodies announced by Content-Length or chunked, in order. */
export function responses(count: number): (text: string) => boolean {
  return (text) => {
    let rest = text;
    for (let seen = 0; seen < count; seen += 1) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return false;
      const head = rest.slice(0, end);
      const length = /^content-length: *(\d+)/im.exec(head)?.[1];
      if (/^transfer-encoding/im.test(head)) {
        const last = rest.indexOf("0\r\n\r\n", end);
        if (last < 0) return false;
        rest = rest.slice(last + 5);
      } else {
        const whole = end + 4 + Number(length ?? 0);
        if (rest.length < whole) return false;
        rest = rest.slice(whole);
      }
    }
    return true;
  };
}
