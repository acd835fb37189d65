// Asks control to make a region active when the first client enters there, and holds those clients until a world with
// the region is in force.

/** Networks of a region are there within a second or two; the engine may be busy with others. */
const ACTIVATION_TIMEOUT_MS = 20_000;

export interface RegionActivator {
  /** Calls back with true once the region is active, or with false when that did not happen in time. The result ends the wait. */
  activate(region: string, done: (active: boolean) => void): () => void;
  /** A world is in force, with these regions. */
  worldChanged(active: ReadonlySet<string>): void;
}

export interface RegionActivatorDeps {
  /** POSTs to control; fails where control does not answer. */
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }>;
  timer(afterMs: number, run: () => void): () => void;
  log(text: string): void;
}

export function createRegionActivator({ post, timer, log }: RegionActivatorDeps): RegionActivator {
  const waiting = new Map<string, Set<(active: boolean) => void>>();

  const settle = (region: string, active: boolean): void => {
    const waiters = waiting.get(region);
    waiting.delete(region);
    for (const done of waiters ?? []) done(active);
  };
  const ask = (region: string): void => {
    const cancel = timer(ACTIVATION_TIMEOUT_MS, () => settle(region, false));
    waiting.set(region, new Set([() => cancel()]));
    post("/hangar/v1/regions/activate", { regions: [region] }, ACTIVATION_TIMEOUT_MS).then(
      ({ status, body }) => {
        if (status < 400) return;
        log(`control did not activate ${region}: status ${status} ${body.slice(0, 200)}`);
        settle(region, false);
      },
      (error: unknown) => {
        log(`control was not reached to activate ${region}: ${String(error)}`);
        settle(region, false);
      },
    );
  };

  return {
    activate(region, done) {
      if (!waiting.has(region)) ask(region);
      waiting.get(region)?.add(done);
      return () => void waiting.get(region)?.delete(done);
    },
    worldChanged(active) {
      for (const region of [...waiting.keys()]) if (active.has(region)) settle(region, true);
    },
  };
}
