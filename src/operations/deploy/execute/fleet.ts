// The port through which a deploy acts: the machines, volumes and releases of one app. A planet and a remote platform each
// have their own; the engine knows neither.
import type { LaunchMachine, Machine } from "../../../contract/machine.ts";
import type { Diagnosis } from "../../../contract/planet.ts";
import type { BeginRelease, ChangeRelease, HeldRelease, Release } from "../../../contract/release.ts";
import type { CreateVolumeStep, PlanVolume } from "../plan/plan-types.ts";

/**
 * The first call answers at once; each one after it when the machine is not as it was, or after that many milliseconds.
 * @throws MACHINE_NOT_FOUND, and what keeps the machine from being seen
 */
export type Look = (atMostMs: number) => Promise<Machine>;

export interface Fleet {
  readonly app: string;
  /** Milliseconds that the routing of the target takes to follow a cordon; 0 where it is followed at once. */
  readonly settleMs: number;
  /** Whether an update can take a machine out of the edge's sight at the same time. */
  readonly hidesByUpdate: boolean;
  /** Milliseconds that a machine without any check has to stay up. */
  readonly smokeMs: number;
  /** Whether the target looks by itself at ports that no check looks at. */
  readonly checksPorts: boolean;
  machines(): Promise<Machine[]>;
  /** @throws MACHINE_NOT_FOUND */
  machine(id: string): Promise<Machine>;
  /** Looks at a machine again and again, see Look. */
  follow(id: string): Look;
  create(body: LaunchMachine): Promise<Machine>;
  update(id: string, body: LaunchMachine, nonce?: string): Promise<Machine>;
  start(id: string, nonce?: string): Promise<void>;
  /** Asks for the destruction; one that is gone already is no error. */
  destroy(id: string, nonce?: string): Promise<void>;
  cordon(id: string, cordoned: boolean, nonce?: string): Promise<void>;
  /** Resolves when the machine is destroyed. @throws DEADLINE */
  gone(id: string): Promise<void>;
  /** Takes or prolongs a machine's lease; undefined where the target has none. @throws CONFLICT */
  lease(id: string, ttlS: number, nonce?: string): Promise<string | undefined>;
  releaseLease(id: string, nonce: string): Promise<void>;
  /** What is known of a machine that does not do what it should. */
  diagnosis(id: string): Promise<Diagnosis>;
  /** The lines that a machine prints, from its start until the signal fires. */
  logs(id: string, signal: AbortSignal): AsyncIterable<string>;
  /** Whether the target has volumes. */
  readonly hasVolumes: boolean;
  volumes(): Promise<PlanVolume[]>;
  /** The ID of the new volume. */
  createVolume(step: CreateVolumeStep): Promise<string>;
  destroyVolume(id: string): Promise<void>;
  /** Newest first. */
  releases(limit?: number): Promise<Release[]>;
  /** What a release was made of, see ReleasedGroupsSchema. @throws RELEASE_NOT_FOUND where nobody knows any more */
  definition(release: Release): Promise<unknown>;
  begin(body: BeginRelease): Promise<HeldRelease>;
  /** Takes over a release whose holder is gone. @throws DEPLOY_RUNNING, CONFLICT it has ended meanwhile */
  adopt(release: Release, ttlS: number): Promise<HeldRelease>;
  change(id: string, body: ChangeRelease): Promise<void>;
}

/** A fleet as a target has it: whoever creates a machine says by which key it can be found again. */
export interface TargetFleet extends Omit<Fleet, "create"> {
  /** @param key that no other creation has */
  create(body: LaunchMachine, key: string): Promise<Machine>;
}

/** What is known of an app on its target. */
export interface Seen {
  readonly machines: readonly Machine[];
  readonly volumes: readonly PlanVolume[];
  readonly newest: Release | undefined;
}

export async function look(fleet: Fleet): Promise<Seen> {
  const [machines, volumes, [newest]] = await Promise.all([fleet.machines(), fleet.volumes(), fleet.releases(1)]);
  return { machines, volumes, newest };
}
