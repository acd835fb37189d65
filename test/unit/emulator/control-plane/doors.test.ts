import { describe, expect, test } from "vitest";
import { allotDoors, worldDoors } from "../../../../src/emulator/control-plane/doors.ts";

const app = (name: string, protocol: "tcp" | "udp", port: number, handlers: string[] = [], endPort?: number) => ({
  app: name,
  services: [
    {
      ...{ internalPort: 1, protocol, concurrency: { type: "connections" as const } },
      ports: [{ port, handlers, forceHttps: false, ...(endPort === undefined ? {} : { endPort }) }],
    },
  ],
});

describe("the host's service ports", () => {
  test("go to the service of the same number first, and to another where two want one", () => {
    const doors = allotDoors([app("a", "tcp", 5432), app("b", "tcp", 5432), app("c", "udp", 5432)], [9000, 5432], []);
    expect(doors.map(({ app: name, hostPort }) => [name, hostPort])).toEqual([
      ["a", 5432],
      ["b", 9000],
      ["c", 5432],
    ]);
    expect(worldDoors(doors, [9000, 5432]).map(({ listenPort }) => listenPort)).toEqual([20_001, 20_000, 20_001]);
  });

  test("stay with their service when others come and go", () => {
    const first = allotDoors([app("a", "tcp", 5432), app("b", "tcp", 5432)], [5432, 9000], []);
    const later = allotDoors([app("b", "tcp", 5432), app("0", "tcp", 5432)], [5432, 9000], first);
    expect(later.map(({ app: name, hostPort }) => [name, hostPort])).toEqual([
      ["b", 9000],
      ["0", 5432],
    ]);
  });

  test("run out: the service is there without one", () => {
    expect(allotDoors([app("a", "tcp", 1), app("b", "tcp", 2)], [7], [])[1]).toEqual({
      ...{ app: "b", protocol: "tcp", port: 2, hostPort: undefined },
    });
  });

  test("are not needed for HTTP on the ports that names lead to, but on all others", () => {
    const http = [app("a", "tcp", 80, ["http"]), app("b", "tcp", 8000, ["http"], 8001)];
    expect(allotDoors(http, [1, 2], []).map(({ port }) => port)).toEqual([8000, 8001]);
  });
});
