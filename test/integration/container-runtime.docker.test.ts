import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { describeContainerRuntime } from "../contract/container-runtime.contract.ts";
import type { RuntimeHarness } from "../contract/container-runtime.suite.ts";
import { sweepPlanet, sweepPlanetsNamed } from "../support/sweep.ts";

const PLANET = "test-runtime-contract";
const image = "debian:bookworm-slim";
const shell = (script: string): { image: string; command: string[] } => ({ image, command: ["sh", "-c", script] });
// a shell handles its traps between commands, so its naps are short
const NAPS = "echo ready; while :; do sleep 0.05; done";

describeContainerRuntime("Docker", async (): Promise<RuntimeHarness> => {
  // what a killed run left, under whatever name
  await sweepPlanetsNamed("test-runtime-");
  return {
    runtime: createDockerRuntime(),
    planet: PLANET,
    programs: {
      obedient: shell(`trap 'exit 3' TERM; trap 'exit 4' INT; trap : USR1; ${NAPS}`),
      stubborn: shell(`trap '' TERM INT; ${NAPS}`),
      brief: shell("echo one; echo two; echo three; exit 7"),
      reader: shell("cat; exit 7"),
      leaker: shell("exec tail /dev/zero"),
      unstartable: { image, command: ["/no/such/program"] },
    },
    workerImage: image,
    hostPort: 39_417,
    dispose: () => sweepPlanet(PLANET),
  };
});
