// The keychain of the system: macOS' keychain, Windows' credential manager, the secret service of a Linux desktop. Where
// none answers (a server, a container), there is none, and the caller keeps the secret elsewhere.
import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "../errors/app-error.ts";

export interface Keychain {
  get(): Promise<string | undefined>;
  set(secret: string): Promise<void>;
  /** Whether there was something to remove. */
  remove(): Promise<boolean>;
}

/** A locked keychain asks its owner, who gets this long; one that does not answer at all must not hold a command up. */
const ANSWER_MS = 20_000;

/** One entry of the keychain; each call rejects where no keychain answers. Loads the native module at the first call. */
export function openKeychain(service: string, account: string): Keychain {
  const load = (): Promise<typeof import("keytar/keytar.js")> => import("keytar/keytar.js");
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    const late = new AbortController();
    try {
      return await Promise.race([
        work,
        wait(ANSWER_MS, undefined, { signal: late.signal }).then((): never => {
          throw new AppError("DEADLINE", "The keychain does not answer");
        }),
      ]);
    } finally {
      late.abort();
    }
  };
  return {
    get: () =>
      inTime(load().then((keytar) => keytar.getPassword(service, account))).then((found) => found ?? undefined),
    set: (secret) => inTime(load().then((keytar) => keytar.setPassword(service, account, secret))),
    remove: () => inTime(load().then((keytar) => keytar.deletePassword(service, account))),
  };
}
