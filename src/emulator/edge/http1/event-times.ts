// The time within one callback of the event loop: all that a read brings about happens at one moment. A request asks for the
// time ten times, and each look at the clock costs as much as a look-up of its machine.

export class EventTimes {
  #event = 0;
  #inside = false;

  /** A callback begins; it must end before the next one does. */
  begin(): void {
    this.#inside = true;
    this.#event += 1;
  }

  end(): void {
    this.#inside = false;
  }

  /** A clock that is looked at once in each callback, and outside of them whenever somebody asks. */
  clock(nowMs: () => number): () => number {
    let readIn = 0;
    let atMs = 0;
    return () => {
      if (!this.#inside) return nowMs();
      if (readIn !== this.#event) {
        readIn = this.#event;
        atMs = nowMs();
      }
      return atMs;
    };
  }
}
