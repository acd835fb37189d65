import { expect, test } from "vitest";
import { EventTimes } from "../../../../../src/emulator/edge/http1/event-times.ts";

test("a clock stands still within an event, and goes on between events and outside of them", () => {
  const times = new EventTimes();
  let looks = 0;
  const now = times.clock(() => (looks += 1));
  expect([now(), now()]).toEqual([1, 2]);
  times.begin();
  expect([now(), now()]).toEqual([3, 3]);
  times.end();
  expect(now()).toBe(4);
  times.begin();
  times.end();
  times.begin();
  expect([now(), now()]).toEqual([5, 5]);
  times.end();
});

test("two clocks of the same events are looked at apart", () => {
  const times = new EventTimes();
  const [first, second] = [times.clock(() => 1), times.clock(() => 2)];
  times.begin();
  expect([first(), second(), first()]).toEqual([1, 2, 1]);
});
