// Pure: what goes wrong between the edge and an app's machines, by the platform's codes, in our own words. These lines stand
// in the app's log (statement ER-09).

export const EDGE_FAULTS = {
  PU01: "the machine did not accept HTTP/2 in the clear",
  PU02: "the machine closed the connection before it had answered",
  PU03: "the machine cannot be reached",
  PU04: "the machine answered with something that is not HTTP/1.1",
  PC01: "the machine refuses connections on this port. Is the program listening on 0.0.0.0, and not on 127.0.0.1 only?",
  PC03: "the machine reset the connection",
  PC05: "the machine did not take the connection in time",
  PC07: "no machine took the connection, however often it was tried",
  PM01: "control could not start the machine",
  PM02: "control could not be reached to start the machine",
  PM03: "control did not start the machine in time",
  PM05: "the machine was started, but its port did not open in time",
  PM08: "the machine is in a state from which it cannot be started",
  PM11: "the machine has just been stopped; another one takes the request",
  PA01: "the request cannot be sent again: its body is larger than what is kept of it",
  PA02: "the app answered with fly-replay too many times",
  PA03: "the app's fly-replay cannot be followed: its syntax or its combination of fields is wrong",
  PA04: "the app's fly-replay names an app that is not on the planet",
  PA05: "the app's fly-replay names an app of another organization or network",
  PR01: "no healthy machine serves this port",
  PR02: "the machine that was asked for does not serve this app and port",
  PR03: "no machine has taken the request",
  PR04: "no machine has taken the request, and nothing says why",
  PR05: "a static file could not be read out of the machine",
  PL01: "all machines are at their hard limit of connections",
  PL02: "all machines are at their hard limit of requests",
} as const;

export type EdgeFault = keyof typeof EDGE_FAULTS;

/** The line for the app's log. @param more what is known beyond the code */
export function faultLine(code: EdgeFault, more = ""): string {
  return `[${code}] ${EDGE_FAULTS[code]}${more === "" ? "" : ` (${more})`}`;
}
