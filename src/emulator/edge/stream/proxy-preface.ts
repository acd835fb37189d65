// Pure: the PROXY protocol's header, which tells a machine whose connection it got (statement PH-06).
import net from "node:net";

export interface ProxiedConnection {
  readonly clientAddress: string;
  readonly clientPort: number;
  /** Where the client connected to. */
  readonly serverAddress: string;
  readonly serverPort: number;
}

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
/** Version 2, a connection made on behalf of somebody else. */
const PROXY_V2 = 0x21;
const TCP4 = 0x11;
const TCP6 = 0x21;

/** The header as text whose characters are bytes. Both addresses are written in one family: IPv6 where they differ. */
export function renderProxyPreface(version: "v1" | "v2", connection: ProxiedConnection): string {
  const { clientPort, serverPort } = connection;
  const isIpv4 = net.isIPv4(connection.clientAddress) && net.isIPv4(connection.serverAddress);
  const [client, server] = [connection.clientAddress, connection.serverAddress].map((address) =>
    isIpv4 || !net.isIPv4(address) ? address : `::ffff:${address}`,
  ) as [string, string];
  if (version === "v1") return `PROXY TCP${isIpv4 ? 4 : 6} ${client} ${server} ${clientPort} ${serverPort}\r\n`;
  const addresses = Buffer.concat([addressBytes(client), addressBytes(server)]);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(clientPort, 0);
  tail.writeUInt16BE(serverPort, 2);
  const head = Buffer.from([PROXY_V2, isIpv4 ? TCP4 : TCP6, 0, addresses.length + tail.length]);
  return SIGNATURE + Buffer.concat([head, addresses, tail]).toString("latin1");
}

function addressBytes(address: string): Buffer {
  if (net.isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const mapped = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const text = mapped === null ? address : mapped[1]! + hextetsOf(mapped[2]!);
  const [left = "", right] = text.split("::");
  const before = left === "" ? [] : left.split(":");
  const after = right === undefined || right === "" ? [] : right.split(":");
  const hextets = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
  const bytes = Buffer.alloc(16);
  for (const [index, hextet] of hextets.entries()) bytes.writeUInt16BE(Number.parseInt(hextet, 16), index * 2);
  return bytes;
}

function hextetsOf(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
