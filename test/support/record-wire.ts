// A wire between a client of TLS and a server, which tests can hold, cut, and look at.
import net from "node:net";

const RECORD_HEAD_BYTES = 5;

/** Passes bytes on between a client and a server; holds back what is for the server where asked, and keeps what is for the client. */
export class Wire {
  /** `next`: what comes after the client's first message. */
  holds: boolean | "next" = false;
  readonly #held: Buffer[] = [];
  readonly #toClient: Buffer[] = [];
  readonly near: net.Socket;
  readonly #far: net.Socket;

  constructor(near: net.Socket, port: number, holds: Wire["holds"]) {
    this.near = near;
    this.holds = holds;
    this.#far = net.connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
    const end = (): void => void this.#far.destroy();
    near.on("data", (bytes: Buffer) => {
      if (this.holds === true) return void this.#held.push(bytes);
      if (this.holds === "next") this.holds = true;
      return void this.#far.write(bytes);
    });
    near.on("error", end).on("close", end);
    near.on("end", () => this.#far.end());
    this.#far.on("data", (bytes: Buffer) => {
      this.#toClient.push(bytes);
      near.write(bytes);
    });
    this.#far.on("error", () => near.destroy()).on("end", () => near.end());
    this.#far.on("close", () => near.end());
  }

  /** Sends what was held in one packet, and more behind it. */
  release(more = ""): void {
    this.holds = false;
    this.#far.write(Buffer.concat([...this.#held.splice(0), Buffer.from(more, "latin1")]));
  }

  get heldBytes(): number {
    return Buffer.concat(this.#held).length;
  }

  reset(): void {
    this.#far.resetAndDestroy();
  }

  /** The type of each record that the server has sent. */
  get recordTypes(): number[] {
    const bytes = Buffer.concat(this.#toClient);
    const types: number[] = [];
    for (let at = 0; at + RECORD_HEAD_BYTES <= bytes.length; at += RECORD_HEAD_BYTES + bytes.readUInt16BE(at + 3))
      types.push(bytes[at]!);
    return types;
  }
}
