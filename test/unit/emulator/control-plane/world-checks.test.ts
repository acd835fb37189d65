import { expect, test } from "vitest";
import { machineChecks } from "../../../../src/emulator/control-plane/world-view.ts";
import type { MachineConfig } from "../../../../src/contract/machine.ts";
import type { MachineRecord } from "../../../../src/emulator/model/records.ts";

const tlsOf = (config: Partial<MachineConfig>): unknown[] =>
  machineChecks({ id: "m", config: { image: "web", ...config } } as MachineRecord).map(({ type, tls }) => ({
    type,
    tls,
  }));
const name = { tls_server_name: "shop.example.com" };
const any = { tls_skip_verify: true };

test("checks of services and of machines go over TLS where they say https, and no others", () => {
  const service = { protocol: "tcp", internal_port: 8443 } as const;
  expect(tlsOf({ services: [{ ...service, checks: [{ type: "http", protocol: "https", ...any }] }] })).toEqual([
    { type: "http", tls: { skipVerify: true } },
  ]);
  const checks = {
    named: { type: "http", port: 1, protocol: "https", ...name },
    clear: { type: "http", port: 2, protocol: "http", ...any },
    connected: { type: "tcp", port: 3, protocol: "https" },
  };
  expect(tlsOf({ checks })).toEqual([
    { type: "http", tls: { serverName: "shop.example.com", skipVerify: false } },
    { type: "http", tls: undefined },
    { type: "tcp", tls: undefined },
  ]);
});

test("so do those of containers", () => {
  const healthchecks = [{ name: "up", http: { port: 8443, scheme: "https" as const, ...name, ...any } }];
  expect(tlsOf({ containers: [{ name: "web", image: "web", healthchecks }] })).toEqual([
    { type: "http", tls: { serverName: "shop.example.com", skipVerify: true } },
  ]);
});
