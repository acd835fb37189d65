import { describe, expect, test } from "vitest";
import { createWaitingRoom, type Waiter } from "../../../../src/emulator/edge/waiting-room.ts";

function waiter(events: string[], name: string, free: () => boolean, app = "my-app"): Waiter {
  return {
    ...{ app, deadlineMs: 100 },
    retry: () => {
      if (!free()) return false;
      events.push(name);
      return true;
    },
    expire: () => void events.push(`${name} expired`),
  };
}

describe("waiting room", () => {
  test("serves in the order of arrival, as far as there is room", () => {
    const room = createWaitingRoom();
    const events: string[] = [];
    let slots = 2;
    for (const name of ["a", "b", "c"]) room.enter(waiter(events, name, () => slots-- > 0));
    room.changed("other-app");
    expect(events).toEqual([]);
    room.changed("my-app");
    expect(events).toEqual(["a", "b"]);
    expect(room.size).toBe(1);
  });

  test("asks everybody when the whole world has changed", () => {
    const room = createWaitingRoom();
    const events: string[] = [];
    room.enter(waiter(events, "stuck", () => false));
    room.enter(waiter(events, "free", () => true, "other-app"));
    room.changed();
    expect(events).toEqual(["free"]);
  });

  test("sends away whose time is up, and forgets who left", () => {
    const room = createWaitingRoom();
    const events: string[] = [];
    const leave = room.enter(waiter(events, "left", () => true));
    room.enter(waiter(events, "late", () => false));
    leave?.();
    room.sweep(99);
    expect(events).toEqual([]);
    room.sweep(100);
    room.changed();
    expect(events).toEqual(["late expired"]);
  });

  test("takes no more than it can hold", () => {
    const room = createWaitingRoom(1);
    expect(room.enter(waiter([], "a", () => false))).toBeTypeOf("function");
    expect(room.enter(waiter([], "b", () => false))).toBeUndefined();
  });

  test("does not start anew when a retry changes something itself", () => {
    const room = createWaitingRoom();
    let retries = 0;
    const retry = (): boolean => {
      retries += 1;
      room.changed("my-app");
      return false;
    };
    room.enter({ app: "my-app", deadlineMs: 1, retry, expire: () => undefined });
    room.changed("my-app");
    expect(retries).toBe(1);
  });
});
