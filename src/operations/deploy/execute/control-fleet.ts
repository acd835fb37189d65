// The machines of an app of a planet, through its control plane.
import type { ControlClient } from "../../../client/control-client.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { Fleet } from "./fleet.ts";

const GONE_S = 60;

/** Whether the error says that the machine is not there. */
const isMissing = (error: unknown): boolean => error instanceof AppError && error.code === "MACHINE_NOT_FOUND";

export function createControlFleet(client: ControlClient, app: string): Fleet {
  return {
    app,
    settleMs: 0,
    machines: () => client.machines(app),
    machine: (id) => client.machine(app, id),
    create: (body) => client.createMachine(app, body),
    update: (id, body, nonce) => client.updateMachine(app, id, body, nonce),
    start: (id, nonce) => client.startMachine(app, id, nonce),
    destroy: async (id, nonce) => {
      try {
        await client.destroyMachine(app, id, nonce);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
    cordon: (id, cordoned, nonce) => client.cordonMachine(app, id, cordoned, nonce),
    gone: async (id) => {
      try {
        await client.waitMachine(app, id, "destroyed", { timeoutS: GONE_S });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
    lease: (id, ttlS, nonce) => client.leaseMachine(app, id, ttlS, nonce),
    releaseLease: (id, nonce) => client.releaseLease(app, id, nonce),
    diagnosis: (id) => client.diagnosis(app, id),
    logs: async function* (id, signal) {
      const lines = client.logs(app, { follow: true, tail: 1_000, machine: id }, signal);
      for await (const { stream, message } of lines) if (stream !== "platform") yield message;
    },
    hasVolumes: true,
    volumes: async () =>
      (await client.volumes(app)).map(
        ({ id, name, region, size_gb: sizeGb, attached_machine_id: attachedTo, host_status: host }) => ({
          ...{ id, name, region, sizeGb },
          ...(attachedTo === undefined || attachedTo === "" ? {} : { attachedTo }),
          reachable: (host ?? "ok") === "ok",
        }),
      ),
    createVolume: async ({ name, region, sizeGb }) =>
      (await client.createVolume(app, { name, region, size_gb: sizeGb })).id,
    destroyVolume: (id) => client.destroyVolume(app, id),
    releases: (limit) => client.releases(app, limit),
    release: (id) => client.release(app, id),
    begin: (body) => client.beginRelease(app, body),
    adopt: (id, ttlS) => client.adoptRelease(app, id, ttlS),
    change: (id, body) => client.changeRelease(app, id, body),
  };
}
