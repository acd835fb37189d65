import net from "node:net";
import { expect, test } from "vitest";
import { CLIENT_TIME_LIMITS } from "../../../../../src/emulator/edge/http1/client-policy.ts";
import { CLIENT_HEAD_LIMITS, Head } from "../../../../../src/emulator/edge/http1/head.ts";
import { type Adopt, createListener, type Listener } from "../../../../../src/emulator/edge/http1/listener.ts";
import { ReplayBudget } from "../../../../../src/emulator/edge/http1/replay-buffer.ts";
import { MemoryConn } from "../../../../support/http2-rig.ts";

/** A listener, and a client that comes to it when its handshake has ended. */
function listen(): { readonly listener: Listener; enter(): MemoryConn } {
  let adopt: Adopt | undefined;
  const listener = createListener(
    {
      ...{ headLimits: CLIENT_HEAD_LIMITS, timeLimits: CLIENT_TIME_LIMITS, refusalLines: () => "" },
      accept: () => "refuse",
    },
    {
      ...{ nowMs: () => 0, replayBudget: new ReplayBudget(), scratchHead: new Head(), scratchRequestHead: new Head() },
      connector: { connect: () => ({ cancel: () => undefined }) },
    },
    (taken) => {
      adopt = taken;
      return net.createServer();
    },
  );
  return {
    listener,
    enter: () => {
      let conn: MemoryConn | undefined;
      adopt!((heard) => (conn = new MemoryConn(heard)));
      return conn!;
    },
  };
}

test.each(["drain", "close"] as const)("who comes after %s is not served", async (end) => {
  const { listener, enter } = listen();
  const before = enter();
  expect(before.destroyed).toBe(false);
  await listener[end]();
  expect(before.destroyed).toBe(true);
  expect(enter().destroyed).toBe(true);
});
