import { describe, expect, test } from "vitest";
import { ReplayBudget, ReplayBuffer, REPLAY_BYTES } from "../../../../../src/emulator/edge/http1/replay-buffer.ts";

const add = (kept: ReplayBuffer, text: string): void => kept.add(Buffer.from(text), 0, text.length);

describe("bodies that are kept", () => {
  test("are what was added, whatever the pieces' sizes", () => {
    const kept = new ReplayBuffer(new ReplayBudget());
    let whole = "";
    for (const size of [3, 1, 8_191, 8_192, 1, 20_000, 1, 1, 8_190, 100_000, 2]) {
      const piece = String.fromCharCode(0x61 + (whole.length % 26)).repeat(size);
      add(kept, piece);
      whole += piece;
    }
    expect(Buffer.concat(kept.chunks).toString() === whole).toBe(true);
    add(kept, "more");
    expect(Buffer.concat(kept.chunks).toString() === `${whole}more`).toBe(true);
  });

  test("take about their own size when they come byte by byte", () => {
    const kept = new ReplayBuffer(new ReplayBudget());
    for (let count = 0; count < 100_000; count += 1) add(kept, "x");
    expect(kept.chunks.length).toBeLessThan(20);
  });

  test("are full beyond their bound, or when all together are beyond theirs, until others give back", () => {
    const budget = new ReplayBudget(100);
    const [first, second, empty] = [new ReplayBuffer(budget), new ReplayBuffer(budget), new ReplayBuffer(budget)];
    add(first, "x".repeat(90));
    add(second, "y".repeat(20));
    expect([first.full, second.full, empty.full]).toEqual([true, true, false]);
    first.discard();
    expect([first.whole, second.full, budget.used]).toEqual([false, false, 20]);
    first.discard();
    add(first, "z");
    expect(budget.used).toBe(20);
    const large = new ReplayBuffer(new ReplayBudget());
    add(large, "x".repeat(REPLAY_BYTES));
    expect(large.full).toBe(false);
    add(large, "x");
    expect(large.full).toBe(true);
  });
});
