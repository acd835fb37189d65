import { expect, test } from "vitest";
import type { CheckReport } from "../../../../../src/contract/world.ts";
import { createCheckReporter } from "../../../../../src/emulator/edge/checks/reporter.ts";

const report = (name: string, status: CheckReport["status"]): CheckReport => ({
  machineId: "m1",
  instanceId: "i1",
  name,
  status,
  output: "",
});

test("results go in batches, the latest of each check, until control has taken them", async () => {
  const sent: string[][] = [];
  const answers: (() => Promise<{ status: number }>)[] = [];
  let fire = (): void => undefined;
  const reporter = createCheckReporter({
    post: (_path, body) => {
      sent.push((body as CheckReport[]).map(({ name, status }) => `${name} ${status}`));
      return (answers.shift() ?? (() => Promise.resolve({ status: 200 })))();
    },
    timer: (_afterMs, run) => {
      fire = run;
      return () => undefined;
    },
  });
  const next = async (): Promise<void> => {
    fire();
    await new Promise((resolve) => setImmediate(resolve));
  };
  answers.push(
    () => Promise.reject(new Error("down")),
    () => Promise.resolve({ status: 503 }),
    () => {
      reporter.report(report("b", "critical"));
      return Promise.resolve({ status: 200 });
    },
  );
  reporter.report(report("a", "critical"));
  reporter.report(report("a", "passing"));
  reporter.report(report("b", "passing"));
  for (let n = 0; n < 4; n += 1) await next();
  const both = ["a passing", "b passing"];
  expect(sent).toEqual([both, both, both, ["b critical"]]);
});
