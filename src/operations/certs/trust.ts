// Puts the user's certificate authority into the stores of this machine, and takes it out again.
import { createHash } from "node:crypto";
import { AppError, asAppError } from "../../errors/app-error.ts";
import type { AuthorityHome } from "./authority-home.ts";
import { ANCHOR_FOLDERS, browserFolders, planTrust, type TrustPlan, type TrustStore } from "./trust-stores.ts";

export interface TrustDeps {
  readonly authority: AuthorityHome;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly isRoot: boolean;
  readonly exists: (file: string) => Promise<boolean>;
  /** Names in a folder; none where there is no such folder. */
  readonly listNames: (folder: string) => Promise<readonly string[]>;
  /** @throws NOT_FOUND there is no such program */
  readonly run: (
    file: string,
    args: readonly string[],
  ) => Promise<{ readonly exitCode: number | undefined; readonly stderr: string }>;
}

export interface TrustPreparation extends TrustPlan {
  readonly certificate: string;
}

export interface StoreOutcome {
  readonly store: string;
  readonly state: "trusted" | "trusted already" | "removed" | "was not there" | "failed";
  /** Why it failed. */
  readonly reason?: string;
}

export interface TrustResult {
  /** The authority's certificate, for programs with a store of their own. */
  readonly certificate: string;
  readonly stores: readonly StoreOutcome[];
  readonly notes: readonly string[];
}

/** What would be changed; makes the authority where there is none yet. @throws AUTHORITY_INVALID, DISK_FULL */
export async function prepareTrust(deps: TrustDeps): Promise<TrustPreparation> {
  const { certificate } = await deps.authority.ensure();
  const id = `hangar-${createHash("sha256").update(certificate).digest("hex").slice(0, 12)}`;
  const folders: string[] = [];
  for (const folder of ANCHOR_FOLDERS) if (await deps.exists(folder)) folders.push(folder);
  const databases = await findDatabases(deps);
  const hasCertutil = databases.length > 0 && (await isThere("certutil", ["-H"], deps));
  const file = deps.authority.certificateFile;
  const { platform, home, isRoot } = deps;
  return { certificate: file, ...planTrust({ file, id }, { platform, home, isRoot, folders, databases, hasCertutil }) };
}

/** @throws TRUST_STORE_FAILED when a store could not be changed; the others are */
export function trust(preparation: TrustPreparation, deps: Pick<TrustDeps, "run" | "exists">): Promise<TrustResult> {
  return change(preparation, deps, (store, present) =>
    present ? "trusted already" : { programs: store.trust, state: "trusted" },
  );
}

/** @throws TRUST_STORE_FAILED */
export function untrust(preparation: TrustPreparation, deps: Pick<TrustDeps, "run" | "exists">): Promise<TrustResult> {
  return change(preparation, deps, (store, present) =>
    present ? { programs: store.untrust, state: "removed" } : "was not there",
  );
}

type Change = StoreOutcome["state"] | { readonly programs: TrustStore["trust"]; readonly state: StoreOutcome["state"] };

async function change(
  { certificate, stores, notes }: TrustPreparation,
  deps: Pick<TrustDeps, "run" | "exists">,
  changeOf: (store: TrustStore, present: boolean) => Change,
): Promise<TrustResult> {
  const outcomes: StoreOutcome[] = [];
  for (const store of stores) {
    try {
      const wanted = changeOf(store, await isPresent(store, deps));
      if (typeof wanted === "string") outcomes.push({ store: store.name, state: wanted });
      else {
        for (const program of wanted.programs) await mustRun(program, deps);
        outcomes.push({ store: store.name, state: wanted.state });
      }
    } catch (error) {
      outcomes.push({ store: store.name, state: "failed", reason: asAppError(error).message });
    }
  }
  const failed = outcomes.filter(({ state }) => state === "failed");
  if (failed.length > 0) {
    throw new AppError("TRUST_STORE_FAILED", failed.map(({ store, reason }) => `${store}: ${reason}`).join("\n"), {
      suggestions: [`programs can be given the file itself: curl --cacert ${certificate}`],
      details: { stores: outcomes },
    });
  }
  return { certificate, stores: outcomes, notes };
}

async function isPresent({ check }: TrustStore, deps: Pick<TrustDeps, "run" | "exists">): Promise<boolean> {
  if ("file" in check) return deps.exists(check.file);
  const [file = "", ...args] = check.program;
  return (await deps.run(file, args)).exitCode === 0;
}

async function mustRun([file = "", ...args]: readonly string[], { run }: Pick<TrustDeps, "run">): Promise<void> {
  const { exitCode, stderr } = await run(file, args);
  if (exitCode === 0) return;
  throw new AppError("TRUST_STORE_FAILED", `${[file, ...args].join(" ")} ended with ${exitCode}: ${stderr.trim()}`);
}

async function findDatabases({ platform, home, exists, listNames }: TrustDeps): Promise<string[]> {
  const { shared, profiles } = browserFolders(platform, home);
  const found: string[] = [];
  const candidates = [...shared];
  for (const folder of profiles) for (const name of await listNames(folder)) candidates.push(`${folder}/${name}`);
  for (const folder of candidates) if (await exists(`${folder}/cert9.db`)) found.push(folder);
  return found;
}

async function isThere(file: string, args: readonly string[], { run }: TrustDeps): Promise<boolean> {
  try {
    await run(file, args);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}
