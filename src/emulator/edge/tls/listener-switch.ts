// A connection is heard by one listener after another: by what looks at its first bytes, by its handshake, by what is inside.
import type { ConnListener } from "../http1/conn.ts";

export class ListenerSwitch implements ConnListener {
  target: ConnListener;

  constructor(target: ConnListener) {
    this.target = target;
  }

  onData(bytes: Buffer, start: number, end: number): void {
    this.target.onData(bytes, start, end);
  }

  onEnd(): void {
    this.target.onEnd();
  }

  onDrain(): void {
    this.target.onDrain();
  }

  onClose(): void {
    this.target.onClose();
  }
}
