// Brings results of health checks to control: the latest of each check, in batches, until control has taken it.
import type { CheckReport } from "../../../contract/world.ts";

/** Results that come together go together. */
const BATCH_MS = 2;
const RETRY_MS = 500;
const SEND_TIMEOUT_MS = 5_000;
const MAX_BATCH = 1_000;

export interface CheckReporter {
  report(report: CheckReport): void;
  close(): void;
}

export interface CheckReporterDeps {
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number }>;
  timer(afterMs: number, run: () => void): () => void;
}

export function createCheckReporter({ post, timer }: CheckReporterDeps): CheckReporter {
  const unsent = new Map<string, CheckReport>();
  let cancel: (() => void) | undefined;
  let sending = false;
  let closed = false;

  const plan = (afterMs: number): void => {
    if (closed || sending || cancel !== undefined || unsent.size === 0) return;
    cancel = timer(afterMs, () => void send());
  };
  const send = async (): Promise<void> => {
    cancel = undefined;
    sending = true;
    const batch = [...unsent].slice(0, MAX_BATCH);
    let taken = false;
    try {
      const { status } = await post(
        "/hangar/v1/checks",
        batch.map(([, report]) => report),
        SEND_TIMEOUT_MS,
      );
      taken = status < 400;
    } catch {
      // control is down or restarting: the results wait.
    }
    sending = false;
    // What changed while it was sent is still unsent.
    if (taken) for (const [key, report] of batch) if (unsent.get(key) === report) unsent.delete(key);
    plan(taken ? BATCH_MS : RETRY_MS);
  };

  return {
    report(report) {
      unsent.set(`${report.machineId} ${report.name}`, report);
      plan(BATCH_MS);
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}
