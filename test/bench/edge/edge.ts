// An edge as a program: its whole data plane, with a world of one region and one machine. Arguments: port, port for TLS,
// port of the app, and which sockets it uses.
import { startEdgeRig, worldMachine, worldOf } from "../../support/edge-rig.ts";

const [port, securePort, appPort] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const edge = await startEdgeRig({
  sockets: process.argv[5] === "handles" ? "handles" : "public",
  ports: { plain: port, secure: securePort },
});
const machine = worldMachine({ id: "m1", region: "iad", address4: "127.0.0.1", port: appPort });
await edge.apply(worldOf(1, ["iad"], [machine]));
