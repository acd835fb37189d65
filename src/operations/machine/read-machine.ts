import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { type Choose, selectMachine } from "./select-machines.ts";

const ID = /^[0-9a-f]{14}$/;

/**
 * A machine as it is now, with its events. One that is in no list any more, because it was destroyed, is found by its ID.
 * @throws MACHINE_NOT_FOUND
 */
export async function readMachine(
  input: { readonly app: string; readonly word: string | undefined },
  deps: {
    readonly client: { readonly machines: Pick<MachinesApi, "list" | "get"> };
    readonly choose: Choose | undefined;
  },
): Promise<Machine> {
  const { machines } = deps.client;
  try {
    return await machines.get(input.app, (await selectMachine(input, deps)).id);
  } catch (error) {
    const isUnlisted = error instanceof AppError && error.code === "MACHINE_NOT_FOUND";
    if (!isUnlisted || input.word === undefined || !ID.test(input.word)) throw error;
    return machines.get(input.app, input.word).catch(() => {
      throw error;
    });
  }
}
