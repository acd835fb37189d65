// Brings lines about an app's requests to control, which shows them in the app's log: in batches, until control has taken
// them. The same line of the same app is not repeated at once: a failing app under load would fill its own log.
import type { AppLogLine } from "../../contract/world.ts";

const BATCH_MS = 20;
const RETRY_MS = 500;
const SEND_TIMEOUT_MS = 5_000;
const MAX_BATCH = 500;
/** Lines that wait while control is away; what comes beyond is dropped, oldest first. */
const MAX_WAITING = 2_000;
/** One line of a kind in this time. */
const SAME_LINE_MS = 1_000;
const MAX_REMEMBERED = 1_000;

export interface AppLog {
  add(line: Omit<AppLogLine, "timestamp">): void;
  close(): void;
}

export interface AppLogDeps {
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number }>;
  timer(afterMs: number, run: () => void): () => void;
  nowMs(): number;
}

export function createAppLog({ post, timer, nowMs }: AppLogDeps): AppLog {
  let unsent: AppLogLine[] = [];
  const lastMs = new Map<string, number>();
  let cancel: (() => void) | undefined;
  let sending = false;
  let closed = false;

  const plan = (afterMs: number): void => {
    if (closed || sending || cancel !== undefined || unsent.length === 0) return;
    cancel = timer(afterMs, () => void send());
  };
  const send = async (): Promise<void> => {
    cancel = undefined;
    sending = true;
    const batch = unsent.slice(0, MAX_BATCH);
    let taken = false;
    try {
      taken = (await post("/hangar/v1/app-log", batch, SEND_TIMEOUT_MS)).status < 400;
    } catch {
      // control is down or restarting: the lines wait.
    }
    sending = false;
    if (taken) unsent = unsent.filter((line) => !batch.includes(line));
    plan(taken ? BATCH_MS : RETRY_MS);
  };

  return {
    add(line) {
      const now = nowMs();
      const key = `${line.app} ${line.machine} ${line.message}`;
      if (now - (lastMs.get(key) ?? -Infinity) < SAME_LINE_MS) return;
      if (lastMs.size >= MAX_REMEMBERED) lastMs.clear();
      lastMs.set(key, now);
      unsent.push({ ...line, timestamp: new Date(now).toISOString() });
      if (unsent.length > MAX_WAITING) unsent.shift();
      plan(BATCH_MS);
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}
