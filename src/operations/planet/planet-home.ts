// What this machine remembers of a planet while it is up and while it is down: its token, ports, block and, after `down`,
// its database. Lives in the state folder, readable by its owner only.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { createExclusively, ensureDir, readTextIfExists, remove, writeAtomic } from "../../platform/files.ts";

/** Default ports on 127.0.0.1: the Machines API's own, and the usual one for a web server under development. */
export const DEFAULT_PORTS = { control: 4280, http: 8080 } as const;

/** As far from the port without TLS as 8443 is from 8080, so that a second planet needs no third flag. */
export function defaultHttpsPort(httpPort: number): number {
  const distance = 8443 - 8080;
  return httpPort + distance <= 65_535 ? httpPort + distance : httpPort - distance;
}

export interface PlanetSettings {
  /** `https` is absent where the planet was made before there was TLS. */
  readonly ports: {
    readonly control: number;
    readonly http: number;
    readonly https?: number;
    /** Left to services that clients reach by a port alone. */
    readonly services?: readonly number[];
  };
  readonly block?: number;
  readonly home?: string;
}

export interface PlanetHome {
  readonly name: string;
  settings(): Promise<PlanetSettings | undefined>;
  saveSettings(settings: PlanetSettings): Promise<void>;
  /** The planet's token, made at the first call. */
  token(): Promise<string>;
  /** The planet's token, or undefined where it has none yet. */
  presentToken(): Promise<string | undefined>;
  savedState(): Promise<Readonly<Record<string, Uint8Array>>>;
  saveState(files: Readonly<Record<string, Uint8Array>>): Promise<void>;
  dropState(): Promise<void>;
  /** Forgets everything but the lock. */
  forget(): Promise<void>;
  /** Runs the work while no other command changes the planet. @throws PLANET_BUSY */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

const STATE_FILES = ["planet.db", "planet.db-wal", "secrets.key"];
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function takeLock(file: string, planet: string): Promise<void> {
  for (;;) {
    if (await createExclusively(file, String(process.pid), 0o600)) return;
    const holder = Number((await readTextIfExists(file)) ?? "0");
    // An empty file belongs to a command between its two steps, unless that was killed there: alive is the safe guess.
    if (holder === 0 || (holder !== process.pid && isAlive(holder))) {
      throw new AppError(
        "PLANET_BUSY",
        `Another hangar command${holder === 0 ? "" : ` (process ${holder})`} is changing planet "${planet}"`,
        {
          suggestions: ["wait for it to end and run the command again", `if there is none: rm ${file}`],
        },
      );
    }
    await remove(file);
  }
}

/**
 * The record of a planet below the state folder.
 * @throws PLANET_NAME_INVALID
 */
export function openPlanetHome(stateDir: string, name: string): PlanetHome {
  if (!NAME.test(name)) {
    throw new AppError(
      "PLANET_NAME_INVALID",
      `Planet name "${name.slice(0, 80)}" is not lower-case letters, digits and dashes, at most 32`,
      { suggestions: ["--planet default"] },
    );
  }
  const folder = path.join(stateDir, "planets", name);
  const file = (base: string): string => path.join(folder, base);
  const ensure = (): Promise<void> => ensureDir(folder, 0o700);
  const presentToken = async (): Promise<string | undefined> => {
    const text = (await readTextIfExists(file("token")))?.trim();
    return text === "" ? undefined : text;
  };
  return {
    name,
    settings: async () => {
      const text = await readTextIfExists(file("planet.json"));
      return text === undefined ? undefined : (JSON.parse(text) as PlanetSettings);
    },
    saveSettings: async (settings) => {
      await ensure();
      await writeAtomic(file("planet.json"), `${JSON.stringify(settings, null, 2)}\n`, 0o600);
    },
    token: async () => {
      const present = await presentToken();
      if (present !== undefined) return present;
      await ensure();
      const token = randomBytes(32).toString("base64url");
      await writeAtomic(file("token"), `${token}\n`, 0o600);
      return token;
    },
    presentToken,
    savedState: async () => {
      const found: Record<string, Uint8Array> = {};
      for (const base of STATE_FILES) {
        const content = await readFile(file(base)).catch(() => undefined);
        if (content !== undefined) found[base] = content;
      }
      return found;
    },
    saveState: async (files) => {
      await ensure();
      for (const base of STATE_FILES) {
        const content = files[base];
        if (content === undefined) await remove(file(base));
        else await writeAtomic(file(base), content, 0o600);
      }
    },
    dropState: async () => {
      for (const base of STATE_FILES) await remove(file(base));
    },
    forget: async () => {
      for (const base of [...STATE_FILES, "planet.json", "token"]) await remove(file(base));
    },
    exclusively: async (work) => {
      await ensure();
      await takeLock(file("lock"), name);
      try {
        return await work();
      } finally {
        await remove(file("lock"));
      }
    },
  };
}
