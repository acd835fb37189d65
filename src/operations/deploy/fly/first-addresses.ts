// The addresses that an app with services gets with its first machine.
import type { IpsApi } from "../../../client/machines/addresses-api.ts";
import { AppError, asAppError } from "../../../errors/app-error.ts";
import type { ProgressReporter } from "../../progress.ts";

/** `public`: one of its own for IPv6, and a shared one for IPv4. `private`: reachable inside the organization only. */
export type AddressMode = "public" | "private" | "none";

const TYPES = { public: ["v6", "shared_v4"], private: ["private_v6"], none: [] } as const;
const STEP = "addresses";

/** Allocates what is missing. A failure is only said: the app runs without, and `ips` makes up for it. */
export async function firstAddresses(
  app: string,
  mode: AddressMode,
  { ips, progress }: { readonly ips: Pick<IpsApi, "list" | "allocate">; readonly progress: ProgressReporter },
): Promise<void> {
  if (mode === "none") return;
  try {
    if ((await ips.list(app)).length > 0) return;
    progress.start(STEP, `Addresses of ${app}`);
    for (const type of TYPES[mode]) await allocateOnce(app, type, ips);
    const all = (await ips.list(app)).map(({ ip }) => ip);
    progress.done(STEP, all.join(", "));
  } catch (error) {
    progress.fail(STEP);
    progress.log(
      `Warning: ${app} has not all of its addresses: ${asAppError(error).message}. Allocate them: hangar ips allocate-v6, hangar ips allocate-v4 --shared`,
    );
  }
}

/** Where the answer was lost, the list says whether it was done. */
async function allocateOnce(
  app: string,
  type: (typeof TYPES)[keyof typeof TYPES][number],
  ips: Pick<IpsApi, "list" | "allocate">,
): Promise<void> {
  const before = (await ips.list(app)).length;
  try {
    await ips.allocate(app, { type });
  } catch (error) {
    if (!(error instanceof AppError && error.code === "OUTCOME_UNKNOWN")) throw error;
    if ((await ips.list(app)).length === before) await ips.allocate(app, { type });
  }
}
