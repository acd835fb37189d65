// A client that nobody here wrote, with what only it can be made to do: other keys in the middle, other first messages.
import { type ChildProcess, spawn } from "node:child_process";
import type net from "node:net";
import { afterEach, expect, test } from "vitest";
import { createHandleSockets, publicSockets } from "../../src/emulator/edge/http1/sockets.ts";
import { RecordConn } from "../../src/emulator/edge/tls/record-conn.ts";
import { createTlsServer } from "../../src/emulator/edge/tls/tls-server.ts";
import { systemTimer } from "../../src/platform/clock.ts";
import { Ear, until } from "../support/conn-ear.ts";
import { unnamedServerDeps } from "../support/tls-material.ts";

const HOST = "127.0.0.1";
const sockets =
  process.env["HANGAR_TEST_SOCKETS"] === "handles" ? createHandleSockets({ timer: systemTimer }) : publicSockets;
const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0)) one();
});

interface Talk {
  readonly ear: Ear;
  /** What the client has printed. */
  printed(): string;
  /** Has the client send a line; some letters are orders to itself. */
  say(line: string): void;
}

async function talk(...args: string[]): Promise<Talk> {
  const ear = new Ear();
  const { shake } = createTlsServer(await unnamedServerDeps(), ({ open }) => (ear.conn = open(ear)));
  const server = sockets.transport(shake);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as net.AddressInfo;
  const client = spawn("openssl", ["s_client", "-connect", `${HOST}:${port}`, "-noservername", ...args]);
  undo.push(() => {
    ear.conn?.destroy();
    server.close();
    client.kill("SIGKILL");
  });
  const printed = collected(client);
  await until("the handshake", () => ear.conn !== undefined);
  return { ear, printed, say: (line) => void client.stdin.write(`${line}\n`) };
}

function collected({ stdout, stderr }: ChildProcess): () => string {
  let text = "";
  for (const stream of [stdout, stderr]) stream?.setEncoding("latin1").on("data", (more: string) => (text += more));
  return () => text;
}

/** Both directions, one after the other. */
async function exchange({ ear, printed, say }: Talk, word: string): Promise<void> {
  say(`ask ${word}`);
  await until(`the question ${word}`, () => ear.text.endsWith(`ask ${word}\n`));
  ear.conn!.writeText(`answer ${word}\n`);
  await until(`the answer ${word}`, () => printed().includes(`answer ${word}\n`));
}

const SUITES = ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"];

test.each(SUITES)("keys change in the middle, on the client's side and on both: %s", async (suite) => {
  const both = await talk("-tls1_3", "-ciphersuites", suite);
  expect(both.ear.conn).toBeInstanceOf(RecordConn);
  await exchange(both, "before");
  for (const [round, letter] of ["k", "K", "K", "k"].entries()) {
    both.say(letter);
    await until("the order", () => both.printed().split("KEYUPDATE").length === round + 2);
    await exchange(both, `after ${round}`);
  }
  expect(both.ear.closes).toBe(0);
});

test.each([
  ["takes no tickets", ["-no_ticket"]],
  ["changes no ciphers for show", ["-no_middlebox"]],
  ["guesses wrong which key we want, and says hello twice", ["-groups", "ffdhe2048:X25519"]],
  ["sends small records", ["-max_send_frag", "512"]],
  ["has an older version", ["-tls1_2"]],
])("a client that %s", async (_what, args) => {
  const both = await talk(...args);
  await exchange(both, "one");
  await exchange(both, `two ${"x".repeat(3_000)}`);
  both.ear.conn!.end();
  await until("the end", () => both.printed().includes("closed"));
  expect(both.ear.text).toBe(`ask one\nask two ${"x".repeat(3_000)}\n`);
});

test("our first choice is the one that costs us least", async () => {
  const both = await talk();
  await until("a summary", () => both.printed().includes("Cipher is "));
  expect(both.printed()).toContain("Cipher is TLS_AES_128_GCM_SHA256");
});
