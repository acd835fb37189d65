import { createSocket } from "node:dgram";
import { connect, createServer, type AddressInfo } from "node:net";
import { decode, encode } from "dns-packet";
import { describe, test } from "vitest";
import type { Forward } from "../../../../src/emulator/dns/forwarder.ts";
import { parseResolvers } from "../../../../src/emulator/dns/forwarder.ts";
import { createDnsServer } from "../../../../src/emulator/dns/server.ts";
import { createLengthSplitter, withLength } from "../../../../src/emulator/dns/stream.ts";
import { aMachine, aWorld } from "../wan/a-world.ts";

const plain = aWorld();
const machines = Array.from({ length: 40 }, (_, n) => aMachine(`m${n + 1}`, "iad", 0));
/** A world whose first region has wan at a loopback address. */
const world = aWorld({ machines, regions: [{ ...plain.regions[0]!, wan4: "127.0.0.1" }, plain.regions[1]!] });

function aQuery(name: string, id = 1): Buffer {
  return encode({ type: "query", id, flags: 0x0100, questions: [{ name, type: "AAAA" }] });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function withServer(
  forward: Forward,
  use: (ask: {
    udp: (message: Buffer) => Promise<Buffer>;
    tcp: (...messages: Buffer[]) => Promise<Buffer[]>;
  }) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const server = createDnsServer({ forward, hasAddress: (address) => address === "127.0.0.1", port });
  await server.applyWorld(world);
  try {
    await use({
      udp: (message) =>
        new Promise((resolve) => {
          const socket = createSocket("udp4");
          socket.once("message", (answer) => socket.close(() => resolve(answer)));
          socket.send(message, port, "127.0.0.1");
        }),
      tcp: (...messages) =>
        new Promise((resolve, reject) => {
          const socket = connect({ port, host: "127.0.0.1" });
          const split = createLengthSplitter();
          const answers: Buffer[] = [];
          socket.once("error", reject).once("close", () => resolve(answers));
          socket.on("data", (chunk: Buffer) => {
            answers.push(...split(chunk));
            if (answers.length === messages.length) socket.end();
          });
          socket.write(Buffer.concat(messages.map(withLength)));
        }),
    });
  } finally {
    server.stop();
  }
}

describe("DNS server", () => {
  test("cuts long answers over UDP and gives them whole over TCP", ({ expect }) =>
    withServer(
      async () => undefined,
      async ({ udp, tcp }) => {
        const short = decode(await udp(aQuery("shop.internal")));
        expect([short.flag_tc, (short.answers?.length ?? 0) < 40]).toEqual([true, true]);
        const [long, nothing] = await tcp(aQuery("shop.internal", 2), aQuery("nobody.internal", 3));
        expect(decode(long!).answers).toHaveLength(40);
        expect(decode(nothing!)).toMatchObject({ id: 3, rcode: "NXDOMAIN" });
      },
    ));

  test("passes other names on, and says so when nobody answers", ({ expect }) =>
    withServer(
      async (message, transport) =>
        transport === "udp"
          ? encode({
              type: "response",
              id: message.readUInt16BE(0),
              answers: [{ name: "example.com", type: "AAAA", data: "2001:db8::1" }],
            })
          : undefined,
      async ({ udp, tcp }) => {
        expect(decode(await udp(aQuery("example.com", 9)))).toMatchObject({
          id: 9,
          answers: [{ data: "2001:db8::1" }],
        });
        const [failed] = await tcp(aQuery("example.com", 8));
        expect(decode(failed!)).toMatchObject({ id: 8, rcode: "SERVFAIL" });
      },
    ));

  test("answers nonsense with a refusal and goes on", ({ expect }) =>
    withServer(
      async () => undefined,
      async ({ udp }) => {
        const nonsense = Buffer.concat([aQuery("a.b").subarray(0, 12), Buffer.from([63, 1])]);
        expect(decode(await udp(nonsense))).toMatchObject({ rcode: "FORMERR" });
        expect(decode(await udp(aQuery("shop.internal"))).answers).not.toHaveLength(0);
      },
    ));
});

describe("resolv.conf", () => {
  test("lists resolvers", ({ expect }) => {
    expect(
      parseResolvers("# made by Docker\nnameserver 127.0.0.11\n  nameserver fe80::1\nsearch lan\noptions ndots:0\n"),
    ).toEqual(["127.0.0.11", "fe80::1"]);
  });
});
