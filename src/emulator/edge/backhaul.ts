// The protocol between edges: each request on a backhaul connection begins with a field that proves the sender and names
// the machine; an answer that begins with it is the far edge's own report, not the app's. Never seen outside.
import { timingSafeEqual } from "node:crypto";
import type { Opening } from "./http1/conn.ts";
import { BACKHAUL_FIELD, FIELD } from "./http1/field-names.ts";
import type { Head } from "./http1/head.ts";
import type { UpstreamFault } from "./http1/upstream-connection.ts";

export interface BackhaulDestination {
  readonly host: string;
  readonly port: number;
  /** Of the connection that is opened for this request; undefined: any that served another one will do. */
  readonly ticket: string | undefined;
  readonly opening: Opening | undefined;
}

export interface BackhaulProtocol {
  /** The first field line of a request. */
  requestLine(destination: BackhaulDestination): string;
  /** The destination of a request, or undefined where it is not one of ours. */
  readRequest(head: Head, bytes: Buffer): BackhaulDestination | undefined;
  /** The first field line of a report. */
  reportLine(fault: UpstreamFault): string;
  readReport(head: Head, bytes: Buffer): UpstreamFault | undefined;
}

const FAULTS: readonly UpstreamFault[] = [
  "refused",
  "reset",
  "timeout",
  "unreachable",
  "handshake",
  "broken",
  "invalid",
];

const KEPT = "kept";
const RAW = "raw";

function renderOpening({ raw, preface }: Opening): string {
  return ` ${raw ? RAW : "http"} ${Buffer.from(preface, "latin1").toString("base64url")}`;
}

function readOpening([kind, preface = ""]: readonly string[]): Opening | undefined {
  if (kind === undefined) return undefined;
  return { raw: kind === RAW, preface: Buffer.from(preface, "base64url").toString("latin1") };
}

/** @param secret random for each process: machines share networks with the edges and can open connections to them */
export function createBackhaulProtocol(secret: string): BackhaulProtocol {
  const expected = Buffer.from(secret, "latin1");

  const read = (head: Head, bytes: Buffer): string[] | undefined => {
    if (head.fieldCount === 0 || head.kind(0) !== FIELD.backhaul) return undefined;
    const [given = "", ...rest] = head.value(bytes, 0).split(" ");
    const proof = Buffer.from(given, "latin1");
    return proof.length === expected.length && timingSafeEqual(proof, expected) ? rest : undefined;
  };

  return {
    requestLine: ({ host, port, ticket = KEPT, opening }) =>
      `${BACKHAUL_FIELD}: ${secret} ${host} ${port} ${ticket}${opening === undefined ? "" : renderOpening(opening)}\r\n`,
    readRequest(head, bytes) {
      const [host, port, ticket, ...opening] = read(head, bytes) ?? [];
      if (host === undefined || port === undefined) return undefined;
      const isKept = ticket === KEPT;
      return { host, port: Number(port), ticket: isKept ? undefined : ticket, opening: readOpening(opening) };
    },
    reportLine: (fault) => `${BACKHAUL_FIELD}: ${secret} ${fault}\r\n`,
    readReport(head, bytes) {
      const [fault] = read(head, bytes) ?? [];
      return FAULTS.find((known) => known === fault);
    },
  };
}
