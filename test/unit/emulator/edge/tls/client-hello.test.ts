// First messages of real handshakes, whole, in pieces and broken.
import { Duplex } from "node:stream";
import tls from "node:tls";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { serverNameOf } from "../../../../../src/emulator/edge/tls/client-hello.ts";

/** What a client says first. */
function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read: () => undefined,
      write(bytes: Buffer, _encoding, done) {
        resolve(bytes);
        done();
      },
    });
    tls.connect({ socket: wire, ...options }).on("error", () => undefined);
  });
}

/** The same message in records of that many bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    const head = Buffer.from(hello.subarray(0, 5));
    head.writeUInt16BE(part.length, 3);
    records.push(head, part);
  }
  return Buffer.concat(records);
}

test.each([{}, { maxVersion: "TLSv1.2" }, { ALPNProtocols: ["h2", "http/1.1"] }] as const)(
  "PH-03: the name is read as soon as the message is whole: %j",
  async (options) => {
    const hello = await helloOf({ servername: "Syd.My-App.localhost", ...options });
    expect(serverNameOf(hello)).toBe("syd.my-app.localhost");
    for (let length = 0; length < hello.length; length += 1)
      expect(serverNameOf(hello.subarray(0, length))).toBeUndefined();
    for (const size of [1, 100, 300]) expect(serverNameOf(inRecords(hello, size))).toBe("syd.my-app.localhost");
  },
);

test("there is none where the client names nobody, or does not speak TLS", async () => {
  expect(serverNameOf(await helloOf({ servername: "" }))).toBe("");
  expect(serverNameOf(Buffer.from("GET / HTTP/1.1\r\n"))).toBe("");
  expect(serverNameOf(Buffer.alloc(20_000, 0x16))).toBe("");
});

test("whatever the bytes are, reading them ends", async () => {
  const hello = await helloOf({ servername: "my-app.localhost" });
  fc.assert(
    fc.property(fc.nat(hello.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
      const broken = Buffer.from(hello);
      broken[at] = value;
      expect(["string", "undefined"]).toContain(typeof serverNameOf(broken));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      serverNameOf(Buffer.from(bytes));
    }),
  );
});
