// Pure: a machine's record, with what belongs to it, as the Machines API shows it.
import type { CheckStatus, Lease, Machine, MachineEvent } from "../../contract/machine.ts";
import { machineChecks } from "../control-plane/world-view.ts";
import { commandChecks } from "../model/container-checks.ts";
import type { CheckRecord, LeaseRecord, MachineRecord, PlanetRecord } from "../model/records.ts";
import { machineAddresses } from "../topology/address-plan.ts";

export interface MachineFacts {
  /** Newest first. */
  readonly events: readonly MachineEvent[];
  readonly checks: readonly CheckRecord[];
  readonly lease?: LeaseRecord | undefined;
}

/** Image references as the API splits them. @param known digest of what the name stood for */
function imageRef(image: string, known: string | undefined): Record<string, string> {
  const slash = image.indexOf("/");
  const hasRegistry = slash > 0 && /[.:]|^localhost$/.test(image.slice(0, slash));
  const rest = hasRegistry ? image.slice(slash + 1) : image;
  const [name = rest, digest = known] = rest.split("@");
  const colon = name.lastIndexOf(":");
  return {
    registry: hasRegistry ? image.slice(0, slash) : "docker-hub-mirror.fly.io",
    repository: colon > 0 ? name.slice(0, colon) : name,
    tag: colon > 0 ? name.slice(colon + 1) : "latest",
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Only what runs is checked: of other machines the last result says nothing. */
function checksOf(machine: MachineRecord, records: readonly CheckRecord[]): CheckStatus[] {
  const names = [...machineChecks(machine), ...commandChecks(machine.config)].map(({ name }) => name);
  if (machine.state !== "started") {
    return names.map((name) => ({
      name,
      status: "warning",
      output: `the machine is ${machine.state}`,
      updated_at: machine.updatedAt,
    }));
  }
  const results = records.filter(({ instanceId }) => instanceId === machine.instanceId);
  const declared = names.map((name) => {
    const result = results.find((check) => check.name === name);
    return {
      name,
      status: result?.status ?? ("critical" as const),
      output: result?.output ?? "the check has not run yet",
      updated_at: result?.updated_at ?? machine.updatedAt,
    };
  });
  const implicit = results.filter(({ name }) => !names.includes(name));
  return [
    ...declared,
    ...implicit.map(({ name, status, output, updated_at }) => ({ name, status, output, updated_at })),
  ];
}

/** A lease on the wire; its nonce is for its holder only. */
export function leaseView(lease: LeaseRecord, version: string, withNonce: boolean): Lease {
  return {
    ...(withNonce ? { nonce: lease.nonce } : {}),
    expires_at: Math.floor(lease.expiresAtMs / 1_000),
    owner: lease.owner,
    description: lease.description,
    version,
  };
}

/** The whole machine. */
export function viewMachine(planet: PlanetRecord, slot: number, machine: MachineRecord, facts: MachineFacts): Machine {
  return {
    id: machine.id,
    name: machine.name,
    state: machine.state,
    region: machine.region,
    instance_id: machine.instanceId,
    version: machine.instanceId,
    private_ip: machineAddresses(planet.block, slot, machine.number).address6,
    config: machine.config,
    image_ref: imageRef(machine.config.image, machine.imageDigest),
    created_at: machine.createdAt,
    updated_at: machine.updatedAt,
    events: [...facts.events],
    checks: checksOf(machine, facts.checks),
    cordoned: machine.cordoned,
    host_status: "ok",
    ...(facts.lease === undefined ? {} : { lease: leaseView(facts.lease, machine.instanceId, false) }),
  };
}

/** What a list with `summary` says of it. */
export function summaryOf(machine: Machine): Partial<Machine> {
  const { id, name, state, region, instance_id, version, private_ip, image_ref, created_at, updated_at, cordoned } =
    machine;
  return { id, name, state, region, instance_id, version, private_ip, image_ref, created_at, updated_at, cordoned };
}
