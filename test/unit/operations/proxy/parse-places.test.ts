import { describe, expect, test } from "vitest";
import { hostOf, parsePorts } from "../../../../src/operations/proxy/parse-places.ts";

const HERE = { address: "127.0.0.1", dir: "/home/me" };

describe("the ports of a proxy", () => {
  test.each([
    ["5432", { address: "127.0.0.1", port: 5432 }, 5432],
    ["15432:5432", { address: "127.0.0.1", port: 15_432 }, 5432],
    ["0:80", { address: "127.0.0.1", port: 0 }, 80],
    ["./pg.sock:5432", { file: "/home/me/pg.sock" }, 5432],
    ["/run/pg.sock:5432", { file: "/run/pg.sock" }, 5432],
  ])("%s", (word, local, remotePort) => {
    expect(parsePorts(word, HERE)).toEqual({ local, remotePort });
  });

  test.each(["", "0", "http", "1:2:3", "80:0", "80:", ":80", "65536", "80:65536", "-1", "1e3"])(
    "%j is refused",
    (word) => {
      expect(() => parsePorts(word, HERE)).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );
});

describe("the host of a proxy", () => {
  test.each([
    [undefined, undefined, "shop.internal"],
    ["148ed599c14189", undefined, "148ed599c14189.vm.shop.internal"],
    [undefined, "148ed599c14189", "148ed599c14189.vm.shop.internal"],
    ["NRT.db.internal", undefined, "nrt.db.internal"],
    ["db.flycast", undefined, "db.flycast"],
    ["fdaa:0:1::3", undefined, "fdaa:0:1::3"],
  ])("%s, machine %s", (word, machine, host) => {
    expect(hostOf("shop", word, machine)).toBe(host);
  });
});
