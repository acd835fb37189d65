// Pure: the heads that an exchange writes.
import type { ExchangeRequest } from "./exchange-roles.ts";
import { FIELD } from "./field-names.ts";
import type { Head } from "./head.ts";
import type { Expectation } from "./upstream-connection.ts";

/** What the response to a request may be. */
export function expectationOf({ method, upgrade, minorVersion }: ExchangeRequest): Expectation {
  return { answersHead: method === "HEAD", allowsUpgrade: upgrade !== undefined, decodes: minorVersion === 0 };
}

/** The head of a request for a target. @param lines all its field lines but those of an upgrade */
export function requestText({ method, upgrade }: ExchangeRequest, path: string, lines: string): string {
  const change = upgrade === undefined ? "" : changeTo(upgrade);
  return `${method} ${path} HTTP/1.1\r\n${lines}${change}\r\n`;
}

/** The version in the status lines of all responses, whichever one the far end speaks. */
export const OUR_VERSION = "HTTP/1.1";

/** The head of a final response. @param closes the connection ends with it @param keepsOld the client speaks HTTP/1.0 */
export function responseText(lines: string, closes: boolean, keepsOld: boolean): string {
  const keepsOldClient = keepsOld ? "connection: keep-alive\r\n" : "";
  return `${lines}${closes ? "connection: close\r\n" : keepsOldClient}\r\n`;
}

/** The field lines of a response that changes the protocol. */
export function upgradeLines(head: Head, bytes: Buffer, { upgrade }: ExchangeRequest): string {
  return changeTo(head.valueOf(bytes, FIELD.upgrade) ?? upgrade ?? "");
}

function changeTo(protocol: string): string {
  return `connection: upgrade\r\nupgrade: ${protocol}\r\n`;
}

/** The field lines of a body that is compressed on its way. */
export function codingLines(coding: string): string {
  return `content-encoding: ${coding}\r\nvary: accept-encoding\r\ntransfer-encoding: chunked\r\n`;
}
