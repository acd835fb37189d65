// Brings lines about an app's requests to control, which shows them in the app's log: in batches, until control has taken
// them. What is said over and over is counted after a while: a failing app under load would push all else out of its log.
import type { AppLogLine } from "../../contract/world.ts";

const BATCH_MS = 20;
const RETRY_MS = 500;
const SEND_TIMEOUT_MS = 5_000;
const MAX_BATCH = 500;
/** Lines that wait while control is away; what comes beyond is dropped, oldest first. */
const MAX_WAITING = 2_000;
/** So many equal lines in a second are passed on, and the number of the others after it. */
const MAX_EQUAL = 10;
const COUNTING_MS = 1_000;
/** More kinds of lines than this in a second are not counted, but passed on. */
const MAX_KINDS = 1_000;

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
  /** The lines of this second, with how often each was said. */
  const kinds = new Map<string, { readonly line: Omit<AppLogLine, "timestamp">; count: number }>();
  let cancel: (() => void) | undefined;
  let cancelCounting: (() => void) | undefined;
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

  const push = (line: Omit<AppLogLine, "timestamp">): void => {
    unsent.push({ ...line, timestamp: new Date(nowMs()).toISOString() });
    if (unsent.length > MAX_WAITING) unsent.shift();
    plan(BATCH_MS);
  };
  const tellCounts = (): void => {
    cancelCounting = undefined;
    const said = [...kinds.values()];
    kinds.clear();
    for (const { line, count } of said)
      if (count > MAX_EQUAL) push({ ...line, message: `${line.message} (${count - MAX_EQUAL} more in this second)` });
  };

  return {
    add(line) {
      if (closed) return;
      const key = `${line.app} ${line.machine} ${line.message}`;
      const kind = kinds.get(key) ?? { line, count: 0 };
      kind.count += 1;
      if (kinds.size < MAX_KINDS) kinds.set(key, kind);
      cancelCounting ??= timer(COUNTING_MS, tellCounts);
      if (kind.count <= MAX_EQUAL) push(line);
    },
    close() {
      closed = true;
      cancel?.();
      cancelCounting?.();
    },
  };
}
