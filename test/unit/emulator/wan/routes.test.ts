import { describe, test } from "vitest";
import { macOf, planRoutes, planRules } from "../../../../src/emulator/wan/routes.ts";
import { aWorld } from "./a-world.ts";

const world = aWorld();
const regions = world.regions
  .slice(0, 2)
  .map((region, index) => ({ region, name: `eth${index + 1}`, mac: index === 0 ? macOf(10, 0) : "02:42:c6:13:21:fc" }));

describe("routes", () => {
  test("give each region's interface wan's addresses and its lasting hardware address", ({ expect }) => {
    const { batch4, batch6 } = planRoutes(world, regions, "eth0");
    expect(batch4.split("\n").slice(0, 3)).toEqual([
      "link set dev eth2 address 02:68:77:00:0a:01",
      "addr replace 198.19.32.254/24 dev eth1",
      "addr replace 198.19.33.254/24 dev eth2",
    ]);
    expect(batch6).toContain("addr replace fdaa:0:a:1::fe/64 dev eth1 nodad\n");
  });

  test("lead the planet's block into the TUN, and neither management nor other planets anywhere", ({ expect }) => {
    const { batch4, batch6 } = planRoutes(world, regions, "eth0");
    expect(batch4.split("\n")).toEqual(
      expect.arrayContaining([
        "route replace default via 198.19.63.1 dev eth0",
        "route replace 198.19.32.0/19 dev wan0 table 100",
        "route replace unreachable 198.19.63.0/24 table 100",
        "route replace unreachable 198.18.0.0/15 table 100",
      ]),
    );
    expect(batch6).toContain("route replace fdaa:0:a::/48 dev wan0 table 100\n");
  });

  test("look up in the TUN's table only what comes from regions", ({ expect }) => {
    expect(planRules("eth4")).toMatchInlineSnapshot(`
      "rule flush protocol 68
      rule add pref 1000 iif lo lookup main protocol 68
      rule add pref 1001 iif eth4 lookup main protocol 68
      rule add pref 1002 iif wan0 lookup main protocol 68
      rule add pref 1003 lookup 100 protocol 68
      link set dev wan0 up mtu 1500 txqueuelen 10000
      "
    `);
  });

  test("filter what goes out, and hide machines behind wan's address", ({ expect }) => {
    expect(planRoutes(world, regions, "eth0").filter).toMatchInlineSnapshot(`
      "*filter
      :HANGAR-INPUT - [0:0]
      :HANGAR-FORWARD - [0:0]
      -A HANGAR-INPUT -i lo -j ACCEPT
      -A HANGAR-INPUT ! -i eth0 -d 198.19.63.0/24 -j DROP
      -A HANGAR-FORWARD -i eth0 -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
      -A HANGAR-FORWARD -i eth0 -j DROP
      -A HANGAR-FORWARD -o eth0 -d 198.18.0.0/15 -j DROP
      -A HANGAR-FORWARD -o eth0 ! -s 198.19.32.0/19 -j DROP
      COMMIT
      *nat
      :HANGAR-MASQUERADE - [0:0]
      -A HANGAR-MASQUERADE -s 198.19.32.0/19 -o eth0 -j MASQUERADE
      COMMIT
      "
    `);
  });
});
