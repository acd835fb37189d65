// What an app's connection does while the client's asks to wait without having been written to.
import { expect, test } from "vitest";
import type { Coding } from "../../../../../src/emulator/edge/http1/body-encoder.ts";
import { ClientConnection } from "../../../../../src/emulator/edge/http1/client-connection.ts";
import { CLIENT_TIME_LIMITS } from "../../../../../src/emulator/edge/http1/client-policy.ts";
import type { ConnListener, ConnectOutcome } from "../../../../../src/emulator/edge/http1/conn.ts";
import { CLIENT_HEAD_LIMITS, droppedKinds, Head } from "../../../../../src/emulator/edge/http1/head.ts";
import { ReplayBudget } from "../../../../../src/emulator/edge/http1/replay-buffer.ts";
import { MemoryConn } from "../../../../support/http2-rig.ts";

const TARGET = { key: "m1", host: "192.0.2.1", port: 8080, localAddress: "192.0.2.2", preamble: "", pool: undefined };

interface Rig {
  readonly connection: ClientConnection;
  readonly client: MemoryConn;
  /** The app's connection, once it is open. */
  open(): MemoryConn;
}

/** A client whose request waits for the connection to the app. */
function ask(coding?: Coding): Rig {
  let outcome: ConnectOutcome | undefined;
  let listener: ConnListener | undefined;
  const connection = new ClientConnection(
    {
      headLimits: CLIENT_HEAD_LIMITS,
      timeLimits: CLIENT_TIME_LIMITS,
      accept: (exchange) => ({
        fieldLines: "",
        owner: {
          ...{ dropped: droppedKinds(), coding: () => coding, finished: () => undefined },
          ...{ requestLines: () => "", responseLines: () => "", inspect: () => undefined },
          start: () => exchange.forward(TARGET),
          failed: () => exchange.reply(502, ""),
        },
      }),
      refusalLines: () => "",
      closed: () => undefined,
    },
    {
      ...{ nowMs: () => 0, replayBudget: new ReplayBudget(), scratchHead: new Head(), scratchRequestHead: new Head() },
      connector: {
        connect: (_endpoint, _timeoutMs, heard, told) => {
          [listener, outcome] = [heard, told];
          return { cancel: () => undefined };
        },
      },
    },
  );
  const client = textConn(connection);
  connection.attach(client);
  say(client, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  return {
    ...{ connection, client },
    open: () => {
      const app = textConn(listener!);
      outcome!.opened(app);
      return app;
    },
  };
}

function textConn(listener: ConnListener): MemoryConn {
  const conn = new MemoryConn(listener);
  conn.taker = () => undefined;
  return conn;
}

function say({ listener }: MemoryConn, text: string): void {
  const bytes = Buffer.from(text, "latin1");
  listener.onData(bytes, 0, bytes.length);
}

test("it is not read until the client's goes on", () => {
  const { connection, client, open } = ask();
  const app = open();
  connection.onPress();
  expect(app.isPaused).toBe(true);
  client.drain();
  expect(app.isPaused).toBe(false);
});

test("it is not read from its beginning where that came before it was open", () => {
  const { client, open } = ask();
  client.isPressed = true;
  const app = open();
  expect([app.writes > 0, app.isPaused]).toEqual([true, true]);
  client.drain();
  expect(app.isPaused).toBe(false);
});

test("it is not read where what it sends is compressed, either", () => {
  const { connection, client, open } = ask("gzip");
  const app = open();
  say(app, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello");
  connection.onPress();
  expect(app.isPaused).toBe(true);
  client.drain();
  expect(app.isPaused).toBe(false);
  connection.destroy();
});
