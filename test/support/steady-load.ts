// Requests at a steady rate through the edges of several regions, each counted with what it got.
import { Agent, get } from "node:http";

export interface LoadOptions {
  readonly port: number;
  /** Host names to ask in turn. */
  readonly hosts: readonly string[];
  readonly perSecond: number;
}

export interface LoadResult {
  readonly sent: number;
  /** What was no 200, in words; empty: nothing was lost. */
  readonly lost: readonly string[];
  /** Answers by their text. */
  readonly answers: ReadonlyMap<string, number>;
}

const ANSWER_WITHIN_MS = 10_000;

function ask(agent: Agent, port: number, host: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ agent, port, host: "127.0.0.1", path: "/", headers: { host }, timeout: ANSWER_WITHIN_MS });
    request.once("timeout", () => request.destroy(new Error("no answer in time")));
    request.once("error", reject);
    request.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => void (text += part));
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
}

/** Begins at once; `stop` waits for the last answers. */
export function startLoad({ port, hosts, perSecond }: LoadOptions): { stop: () => Promise<LoadResult> } {
  const agent = new Agent({ keepAlive: true });
  const lost: string[] = [];
  const answers = new Map<string, number>();
  const pending = new Set<Promise<void>>();
  const beganMs = performance.now();
  let sent = 0;
  const send = (): void => {
    const host = hosts[sent % hosts.length] ?? "";
    sent += 1;
    const atMs = Math.round(performance.now() - beganMs);
    const asked = ask(agent, port, host).then(
      ({ status, text }) => {
        if (status === 200) answers.set(text, (answers.get(text) ?? 0) + 1);
        else lost.push(`${host} at ${atMs} ms: ${status} ${text.slice(0, 100)}`);
      },
      (error: unknown) => void lost.push(`${host} at ${atMs} ms: ${String(error)}`),
    );
    const settled = asked.finally(() => pending.delete(settled));
    pending.add(settled);
  };
  const timer = setInterval(() => {
    // A timer that comes late makes up for what it missed: the rate is what counts.
    while (sent < ((performance.now() - beganMs) / 1_000) * perSecond) send();
  }, 5);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      agent.destroy();
      return { sent, lost, answers };
    },
  };
}
