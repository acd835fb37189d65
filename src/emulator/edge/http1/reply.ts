// Pure: answers that the proxy gives itself.
import { STATUS_CODES } from "node:http";

export interface Reply {
  readonly status: number;
  /** Field lines to add, ends of line included. */
  readonly lines: string;
  /** A JSON document, or "" for no body. */
  readonly body: string;
  readonly close: boolean;
  readonly nowMs: number;
  /** The request was HEAD: the length is told, the body is not sent. */
  readonly answersHead: boolean;
}

/** The whole message as latin1 text. */
export function renderReply(reply: Reply): string {
  const body = Buffer.from(reply.body).toString("latin1");
  const type = body === "" ? "" : "content-type: application/json\r\n";
  return (
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ""}\r\n${reply.lines}date: ${new Date(reply.nowMs).toUTCString()}\r\n` +
    `${type}content-length: ${body.length}\r\n${reply.close ? "connection: close\r\n" : ""}\r\n${reply.answersHead ? "" : body}`
  );
}
