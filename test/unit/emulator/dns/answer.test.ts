import { describe, test } from "vitest";
import { resolveName } from "../../../../src/emulator/dns/answer.ts";
import { aMachine, aWorld } from "../wan/a-world.ts";

const world = aWorld({
  apps: [{ name: "shop" }, { name: "idle" }],
  machines: [
    aMachine("m1", "iad", 0),
    aMachine("m2", "ams", 1, { processGroup: "worker" }),
    aMachine("m3", "nrt", 2),
    aMachine("m4", "nrt", 2, { started: false }),
    aMachine("m5", "iad", 0, { app: "idle", started: false }),
  ],
});
const [m1, m2, m3] = world.machines.map(({ address6 }) => address6);
const aaaa = (name: string, from = "iad") => resolveName({ name, type: "AAAA" }, world, from);
const txt = (name: string) => resolveName({ name, type: "TXT" }, world, "iad");
const found = (...values: (string | undefined)[]) => ({ kind: "records", type: "AAAA", values });
const text = (value: string) => ({ kind: "records", type: "TXT", values: [value] });

describe("private names", () => {
  test.for([
    ["shop.internal", found(m1, m2, m3)],
    ["SHOP.Internal", found(m1, m2, m3)],
    ["global.shop.internal", found(m1, m2, m3)],
    ["nrt.shop.internal", found(m3)],
    ["m2.vm.shop.internal", found(m2)],
    ["worker.process.shop.internal", found(m2)],
    ["app.process.shop.internal", found(m1, m3)],
    ["top2.nearest.of.shop.internal", found(m1, m2)],
  ] as const)("%s stands for started machines", ([name, answer], { expect }) => {
    expect(aaaa(name)).toEqual(answer);
  });

  test("the nearest machines depend on where the question was asked", ({ expect }) => {
    expect(aaaa("top1.nearest.of.shop.internal", "nrt")).toEqual(found(m3));
    expect(aaaa("top3.nearest.of.shop.internal", "nrt")).toEqual(found(m3, m1, m2));
    expect(aaaa("top9.nearest.of.shop.internal", "ams")).toEqual(found(m2, m1, m3));
  });

  test.for([
    "idle.internal",
    "iad.idle.internal",
    "syd.shop.internal",
    "m4.vm.shop.internal",
    "none.process.shop.internal",
    "top0.nearest.of.shop.internal",
  ])("%s exists, but has no started machine", (name, { expect }) => {
    expect(aaaa(name)).toEqual({ kind: "empty" });
  });

  test.for([
    "other.internal",
    "internal",
    "iad.other.internal",
    "m9.vm.shop.internal",
    "m1.vm.idle.internal",
    "a.b.c.shop.internal",
    "x.y.shop.internal",
    "_peer.internal",
  ])("%s does not exist", (name, { expect }) => {
    expect(aaaa(name)).toEqual({ kind: "no-such-name" });
  });

  test.for([
    ["vms.shop.internal", "m1 iad,m2 ams,m3 nrt"],
    ["all.vms.shop.internal", "m1 iad,m2 ams,m3 nrt,m4 nrt"],
    ["regions.shop.internal", "ams,iad,nrt"],
    ["regions.idle.internal", ""],
    ["all.regions.idle.internal", "iad"],
    ["_apps.internal", "shop,idle"],
  ] as const)("%s is the text %j", ([name, value], { expect }) => {
    expect(txt(name)).toEqual(text(value));
  });

  test("have IPv6 addresses only, and texts have no addresses", ({ expect }) => {
    expect(resolveName({ name: "shop.internal", type: "A" }, world, "iad")).toEqual({ kind: "empty" });
    expect(resolveName({ name: "shop.internal", type: "TXT" }, world, "iad")).toEqual({ kind: "empty" });
    expect(aaaa("vms.shop.internal")).toEqual({ kind: "empty" });
    expect(aaaa("_apps.internal")).toEqual({ kind: "empty" });
  });
});

describe("other names", () => {
  test.for(["example.com", "internal.example.com", "notinternal.org", "1.0.0.127.in-addr.arpa"])(
    "%s is somebody else's",
    (name, { expect }) => {
      expect(aaaa(name)).toEqual({ kind: "forward" });
    },
  );

  test.for([
    "localhost",
    "app.localhost",
    "shop.flycast",
    "printer.local",
    "db",
    "",
    "2.32.19.198.in-addr.arpa",
    "2.0.a.a.d.f.ip6.arpa",
  ])("%j is never passed on", (name, { expect }) => {
    expect(aaaa(name)).toEqual({ kind: "no-such-name" });
  });
});
