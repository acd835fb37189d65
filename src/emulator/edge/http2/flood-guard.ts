// Pure: what a client may ask of us without any use of it. Each kind has a store that fills up again with time.

/** Things that cost little, and of which a lively session has many. */
const TRIFLES = { most: 10_000, perSecond: 1_000 };
/** Things that no good client does, or hardly ever. */
const FAULTS = { most: 100, perSecond: 1 };
/** Requests that are given up (CVE-2023-44487), or made so that we give them up (CVE-2025-8671). */
const RESETS = { most: 200, perSecond: 33 };
/** How many trifles each frame of a body that we send allows for: clients open windows with them. */
const TRIFLES_PER_FRAME = 16;

class Store {
  readonly #most: number;
  readonly #perMs: number;
  #left: number;
  #sinceMs: number;

  constructor({ most, perSecond }: { readonly most: number; readonly perSecond: number }, nowMs: number) {
    this.#most = most;
    this.#perMs = perSecond / 1_000;
    this.#left = most;
    this.#sinceMs = nowMs;
  }

  add(count: number): void {
    this.#left = Math.min(this.#most, this.#left + count);
  }

  /** @returns false where nothing is left */
  take(nowMs: number): boolean {
    // Each time: kept until the store is empty, the time since the beginning would fill it once more.
    this.add(Math.max(0, nowMs - this.#sinceMs) * this.#perMs);
    this.#sinceMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** Each function but `sent` and `asked` says whether the client may go on. */
export class FloodGuard {
  readonly #trifles: Store;
  readonly #faults: Store;
  readonly #resets: Store;

  constructor(nowMs: number) {
    this.#trifles = new Store(TRIFLES, nowMs);
    this.#faults = new Store(FAULTS, nowMs);
    this.#resets = new Store(RESETS, nowMs);
  }

  /** A frame of a body was sent. */
  sent(): void {
    this.#trifles.add(TRIFLES_PER_FRAME);
  }

  /** The client was made to send one. */
  asked(): void {
    this.#trifles.add(1);
  }

  trifle(nowMs: number): boolean {
    return this.#trifles.take(nowMs);
  }

  fault(nowMs: number): boolean {
    return this.#faults.take(nowMs);
  }

  reset(nowMs: number): boolean {
    return this.#resets.take(nowMs);
  }
}
