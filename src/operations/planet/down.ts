// Takes a planet down. Its memory (apps, machines, regions) is kept in the state folder for the next `up`, unless it is
// to be forgotten.
import { tearDown } from "../../emulator/lifecycle/tear-down.ts";
import type { ContainerRuntime } from "../../emulator/runtime/container-runtime.ts";
import type { ProgressReporter } from "../progress.ts";
import type { PlanetHome } from "./planet-home.ts";

export interface DownDeps {
  readonly home: PlanetHome;
  readonly runtime: ContainerRuntime;
  readonly progress: ProgressReporter;
}

export interface DownResult {
  readonly planet: string;
  readonly removed: { readonly containers: number; readonly networks: number; readonly volumes: number };
  /** Whether the next `up` brings the apps back. */
  readonly kept: boolean;
}

/**
 * Removes everything of the planet from the engine; with `forget` its memory too.
 * @throws PLANET_BUSY, DOCKER_UNAVAILABLE
 */
export async function down(
  input: { readonly forget: boolean },
  { home, runtime, progress }: DownDeps,
): Promise<DownResult> {
  return home.exclusively(async () => {
    progress.start("down", `Taking planet "${home.name}" down`);
    try {
      const save = async (files: Readonly<Record<string, Uint8Array>>): Promise<void> => {
        if (!input.forget) await home.saveState(files);
      };
      const removed = await tearDown(home.name, runtime, save, { keepVolumes: !input.forget });
      if (input.forget) await home.forget();
      const kept = Object.keys(await home.savedState()).length > 0;
      progress.done("down");
      return { planet: home.name, removed, kept };
    } catch (error) {
      progress.fail("down");
      throw error;
    }
  });
}
