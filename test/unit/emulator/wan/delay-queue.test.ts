import * as fc from "fast-check";
import { describe, test } from "vitest";
import { createDelayQueue } from "../../../../src/emulator/wan/delay-queue.ts";

describe("delay queue", () => {
  test("gives slots by due time, and those due at the same time in order of arrival", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (dues) => {
        const queue = createDelayQueue(200);
        for (const [slot, due] of dues.entries()) queue.push(slot, slot + 1, due);
        const popped = dues.map(() => queue.pop());
        const wanted = [...dues.keys()].toSorted((a, b) => dues[a]! - dues[b]! || a - b);
        expect(popped).toEqual(wanted);
        expect(queue.size()).toBe(0);
      }),
    );
  });

  test("stays in order when pushes and pops alternate", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }), { maxLength: 100 }),
        (steps) => {
          const queue = createDelayQueue(100);
          const model: { slot: number; due: number }[] = [];
          for (const [slot, due] of steps.entries()) {
            if (due !== undefined) {
              queue.push(slot, 1, due);
              model.push({ slot, due });
            } else if (model.length > 0) {
              const first = model.reduce((best, entry) => (entry.due < best.due ? entry : best));
              model.splice(model.indexOf(first), 1);
              expect(queue.nextDueUs()).toBe(first.due);
              expect(queue.pop()).toBe(first.slot);
            }
          }
        },
      ),
    );
  });

  test("is due never when it is empty, and keeps lengths", ({ expect }) => {
    const queue = createDelayQueue(2);
    expect(queue.nextDueUs()).toBe(Infinity);
    queue.push(1, 1_500, 10);
    expect([queue.nextDueUs(), queue.size(), queue.lengthOf(1)]).toEqual([10, 1, 1_500]);
  });
});
