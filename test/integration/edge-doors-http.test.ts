// Services of HTTP that are reached by a port of their own: it says which app is meant.
import { expect, test } from "vitest";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { useEdge } from "../support/edge-suite.ts";
import { sendRaw } from "../support/raw-http.ts";

const { edge, machine } = useEdge();
const DOOR = 21_160;

test.for([
  ["ams", "127.0.1.7"],
  ["iad", "127.0.2.7"],
] as const)("a client of HTTP/1.0 need not name a host, and the app in %s is told one", async ([region, host]) => {
  const app = await machine(host);
  const serving = worldMachine({ id: "m1", region, address4: app.host, port: app.port });
  const doors = [{ protocol: "tcp", hostPort: DOOR, listenPort: DOOR, app: "my-app", port: 80 }] as const;
  await edge().apply({ ...worldOf(1, ["ams", "iad"], [serving]), doors: [...doors] });
  const { text, ended } = await sendRaw({ port: DOOR, pieces: ["GET /old HTTP/1.0\r\n\r\n"] });
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(text).toContain('"host":"my-app.fly.dev"');
  expect(ended).toBe("cleanly");
});
