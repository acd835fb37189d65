// Opens and closes doors as the world wants them. A door that goes lets its connections end.
import { asAppError } from "../../../errors/app-error.ts";
import type { Door } from "./door-plan.ts";

export interface OpenDoor {
  sweep(): void;
  /** Accepts nothing more and resolves when its last connection has ended. */
  drain(): Promise<void>;
  close(): void;
}

export interface DoorKeeper {
  /** One that cannot be opened is tried again with the next world. */
  apply(doors: readonly Door[]): Promise<void>;
  sweep(): void;
  drain(): Promise<unknown>;
  close(): void;
}

export function createDoorKeeper(open: (door: Door) => Promise<OpenDoor>, log: (text: string) => void): DoorKeeper {
  const running = new Map<string, OpenDoor>();
  const ending = new Set<OpenDoor>();
  const all = (): OpenDoor[] => [...running.values(), ...ending];

  return {
    async apply(doors) {
      const wanted = new Set(doors.map(({ key }) => key));
      for (const [key, door] of running) {
        if (wanted.has(key)) continue;
        running.delete(key);
        ending.add(door);
        void door.drain().then(() => ending.delete(door));
      }
      for (const door of doors) {
        if (running.has(door.key)) continue;
        try {
          running.set(door.key, await open(door));
        } catch (error) {
          log(`${door.app}: port ${door.port} on ${door.address}: ${asAppError(error).message}`);
        }
      }
    },
    sweep() {
      for (const door of all()) door.sweep();
    },
    drain: () => Promise.all(all().map((door) => door.drain())),
    close() {
      for (const door of all()) door.close();
      running.clear();
      ending.clear();
    },
  };
}
