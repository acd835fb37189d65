// Wire shapes of an app's releases (/hangar/v1/apps/{app}/releases): what was deployed, by whom, and how it ended. The one
// that runs carries the journal by which a deploy that was cut short is finished or taken back.
import { z } from "zod";
import { MachineConfigSchema } from "./machine.ts";

/** A machine as it was before a deploy. */
export const SnapshotSchema = z.object({
  id: z.string(),
  region: z.string(),
  up: z.boolean(),
  cordoned: z.boolean(),
  config: MachineConfigSchema,
});
export type Snapshot = z.infer<typeof SnapshotSchema>;

export const JournalSchema = z.object({
  /** All machines that the deploy looks after, as they were before it. */
  before: z.array(SnapshotSchema),
  /** `working`: what was done is taken back. `committed`: the new version serves, and only `doomed` has to go. */
  phase: z.enum(["working", "committed"]),
  /** IDs of the machines that go when the new version serves. */
  doomed: z.array(z.string()),
});
export type Journal = z.infer<typeof JournalSchema>;

export const RELEASE_STATUSES = ["running", "complete", "failed", "interrupted"] as const;

export const GitStateSchema = z.object({
  commit: z.string(),
  branch: z.string().optional(),
  /** There were changes that the commit does not have. */
  dirty: z.boolean(),
});
export type GitState = z.infer<typeof GitStateSchema>;

/** What a release is made of, so that it can be deployed again: opaque to the control plane. */
export const DefinitionSchema = z.looseObject({});

const made = {
  /** `deploy`, `rollback to v3`, `scale`, … */
  reason: z.string().max(200),
  strategy: z.string(),
  image: z.string(),
  image_digest: z.string().optional(),
  /** Who deployed, as the client says. */
  user: z.string().max(200),
  git: GitStateSchema.optional(),
};

/** The part of a definition that a rollback needs: what each process group was to be. */
export const ReleasedGroupsSchema = z.looseObject({
  groups: z.array(z.looseObject({ name: z.string(), config: MachineConfigSchema })).min(1),
});

/** POST /hangar/v1/apps/{app}/releases */
export const BeginReleaseSchema = z.object({
  ...made,
  definition: DefinitionSchema,
  journal: JournalSchema,
  /** Seconds for which nobody else may deploy, unless the holder asks for more. */
  ttl_s: z.int().min(1).max(600),
  /** Version of the newest release that the deploy was planned for, 0 for none: another one refuses it. */
  after: z.int().min(0).optional(),
});
export type BeginRelease = z.infer<typeof BeginReleaseSchema>;

export const ReleaseSchema = z.object({
  id: z.string(),
  /** 1 for the first release of an app. */
  version: z.int(),
  status: z.enum(RELEASE_STATUSES),
  ...made,
  error: z.string().optional(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Milliseconds since the epoch until which the one that deploys may go on; only while it runs. */
  lease_expires_at: z.number().optional(),
});
export type Release = z.infer<typeof ReleaseSchema>;

/** GET /hangar/v1/apps/{app}/releases/{id} */
export const ReleaseDetailSchema = z.object({
  ...ReleaseSchema.shape,
  definition: DefinitionSchema,
  journal: JournalSchema.optional(),
});
export type ReleaseDetail = z.infer<typeof ReleaseDetailSchema>;

/** The answer to those who may change a release. */
export const HeldReleaseSchema = z.object({ ...ReleaseDetailSchema.shape, nonce: z.string() });
export type HeldRelease = z.infer<typeof HeldReleaseSchema>;

/** PATCH /hangar/v1/apps/{app}/releases/{id}: by the holder of the nonce. */
export const ChangeReleaseSchema = z.object({
  nonce: z.string(),
  status: z.enum(RELEASE_STATUSES).optional(),
  error: z.string().max(4_000).optional(),
  journal: JournalSchema.optional(),
  ttl_s: z.int().min(1).max(600).optional(),
});
export type ChangeRelease = z.infer<typeof ChangeReleaseSchema>;

/** What a computer remembers of a deploy whose target keeps no journals; in a file of its own. */
export const HeldDeploySchema = z.object({
  /** ID of the release. */
  release: z.string(),
  version: z.int(),
  nonce: z.string(),
  /** Milliseconds since the epoch: while it lies ahead, the one that deploys is at work. */
  expiresAtMs: z.number(),
  journal: JournalSchema.optional(),
});
export type HeldDeploy = z.infer<typeof HeldDeploySchema>;
