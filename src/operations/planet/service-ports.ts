// Pure: the ports of this machine that `up --service-ports` names.
import { MAX_DOORS } from "../../contract/ports.ts";
import { AppError } from "../../errors/app-error.ts";

/** @param text `5432,9000-9007`; "" for none @throws USAGE */
export function parseServicePorts(text: string): number[] {
  const ports = new Set<number>();
  for (const part of text.split(",").filter((each) => each.trim() !== "")) {
    const [, first = "", last = first] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === "" || from < 1 || to > 65_535 || to < from || to - from >= MAX_DOORS) throw refuse(part.trim());
    for (let port = from; port <= to; port += 1) ports.add(port);
  }
  if (ports.size > MAX_DOORS) throw refuse(text);
  return [...ports];
}

/** What a planet itself has on this machine. */
export interface OwnPorts {
  readonly control: number;
  readonly http: number;
  readonly https: number;
}

/** @throws USAGE where a port of services is one of the planet's own */
export function requireOthers(services: readonly number[], own: OwnPorts): void {
  const names = { http: "edge's", https: "edge's with TLS", control: "Machines API's" } as const;
  for (const kind of ["http", "https", "control"] as const)
    if (services.includes(own[kind]))
      throw new AppError("USAGE", `--service-ports: ${own[kind]} is the planet's own port, the ${names[kind]}`, {
        suggestions: ["name other ports", `or move the planet's: --${kind}-port PORT`],
      });
}

function refuse(what: string): AppError {
  return new AppError("USAGE", `--service-ports: "${what.slice(0, 80)}" is not a list of at most ${MAX_DOORS} ports`, {
    suggestions: ["hangar up --service-ports 5432,9000-9007"],
  });
}
