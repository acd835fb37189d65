import { describe, expect, test } from "vitest";
import { changeConfig } from "../../../../src/operations/machine/change-config.ts";
import { diffConfig } from "../../../../src/operations/machine/diff-config.ts";
import { parseKeyValues } from "../../../../src/operations/machine/key-values.ts";
import { parsePort } from "../../../../src/operations/machine/parse-port.ts";

describe("parsePort", () => {
  test.each([
    ["8080", { protocol: "tcp", internal_port: 8080, ports: [{ port: 8080, handlers: [] }] }],
    ["80:8080/tcp:http", { protocol: "tcp", internal_port: 8080, ports: [{ port: 80, handlers: ["http"] }] }],
    ["443:8080:tls:http", { protocol: "tcp", internal_port: 8080, ports: [{ port: 443, handlers: ["tls", "http"] }] }],
    ["53:5353/udp", { protocol: "udp", internal_port: 5353, ports: [{ port: 53, handlers: [] }] }],
    ["-:8080", { protocol: "tcp", internal_port: 8080 }],
  ])("%s", (word, service) => {
    expect(parsePort(word)).toEqual(service);
  });

  test.each(["", "x", "0", "70000", "80:0", "80:8080:htp", "80/sctp"])("%j is none", (word) => {
    expect(() => parsePort(word)).toThrow("is not EDGE:INTERNAL");
  });
});

describe("changeConfig", () => {
  test("leaves alone what nobody named, and merges names and values", () => {
    const before = { image: "a", env: { A: "1" }, metadata: { m: "1" }, auto_destroy: true };
    expect(changeConfig(before, {})).toEqual(before);
    expect(changeConfig(before, { image: "b", env: { B: "2" } })).toEqual({
      ...before,
      image: "b",
      env: { A: "1", B: "2" },
    });
  });

  test("sizes: a preset, then what is said beside it", () => {
    const sized = changeConfig({ image: "a" }, { size: "shared-cpu-2x", memory: "1gb" });
    expect(sized.guest).toEqual({ cpu_kind: "shared", cpus: 2, memory_mb: 1_024 });
    expect(changeConfig(sized, { cpus: 4 }).guest).toEqual({ cpu_kind: "shared", cpus: 4, memory_mb: 1_024 });
    expect(() => changeConfig({ image: "a" }, { size: "shared-cpu-3x" })).toThrow("does not exist");
    expect(() => changeConfig({ image: "a" }, { memory: "much" })).toThrow("is not a size");
  });
});

test("diffConfig names each key that differs", () => {
  const before = { a: { b: 1, c: [1, 2] }, d: "x" };
  expect(diffConfig(before, structuredClone(before))).toEqual([]);
  expect(diffConfig(before, { a: { b: 2, c: [1] }, e: "y" })).toEqual([
    { path: "a.b", before: 1, after: 2 },
    { path: "a.c[1]", before: 2 },
    { path: "d", before: "x" },
    { path: "e", after: "y" },
  ]);
});

test("parseKeyValues keeps what follows the first sign, and shows no whole value", () => {
  expect(parseKeyValues(["A=b=c", "B="], "--env")).toEqual({ A: "b=c", B: "" });
  expect(() => parseKeyValues(["=secretsecretsecretsecret"], "--env")).toThrow(/^(?!.*secretsecretsecretsecret)/);
});
