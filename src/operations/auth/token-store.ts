// Where the token of the remote platform is kept: in the environment (scripts), in the system's keychain, or, where no
// keychain answers, in a file that only its owner can read.
import path from "node:path";
import { normalizeToken } from "../../client/machines/authorization.ts";
import type { Keychain } from "../../platform/keychain.ts";

export type TokenSource = "FLY_API_TOKEN" | "FLY_ACCESS_TOKEN" | "keychain" | "file";

export interface FoundToken {
  readonly token: string;
  readonly source: TokenSource;
}

export interface TokenStore {
  /** The token in force. The environment comes first, so that a script is never signed in as somebody else. */
  read(): Promise<FoundToken | undefined>;
  /** Keeps a token for later commands; says where. A copy in the other place is removed. */
  write(token: string): Promise<"keychain" | "file">;
  /** Forgets the kept token; says where there was one. The environment cannot be forgotten. */
  remove(): Promise<("keychain" | "file")[]>;
}

export interface TokenStoreDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stateDir: string;
  readonly keychain: Keychain;
  readonly files: {
    readTextIfExists(file: string): Promise<string | undefined>;
    writeAtomic(file: string, content: string, mode: number): Promise<void>;
    ensureDir(folder: string, mode: number): Promise<void>;
    remove(file: string): Promise<void>;
  };
}

const VARIABLES = ["FLY_API_TOKEN", "FLY_ACCESS_TOKEN"] as const;

/** The name of the entry in the keychain. */
export const KEYCHAIN_SERVICE = "hangar";
export const KEYCHAIN_ACCOUNT = "fly.io";

export function createTokenStore({ env, stateDir, keychain, files }: TokenStoreDeps): TokenStore {
  const file = path.join(stateDir, "fly-token");

  /** Nothing where no keychain answers: then the token is in the file, if anywhere. */
  const fromKeychain = (): Promise<string | undefined> => keychain.get().catch(() => undefined);

  /** Some stores accept a secret and cannot give it back; only what can be read again counts as kept. */
  const keepInKeychain = async (token: string): Promise<boolean> => {
    try {
      await keychain.set(token);
      return (await keychain.get()) === token;
    } catch {
      return false;
    }
  };

  return {
    async read() {
      for (const source of VARIABLES) {
        const token = normalizeToken(env[source] ?? "");
        if (token !== "") return { token, source };
      }
      const text = normalizeToken((await files.readTextIfExists(file)) ?? "");
      if (text !== "") return { token: text, source: "file" };
      const kept = normalizeToken((await fromKeychain()) ?? "");
      return kept === "" ? undefined : { token: kept, source: "keychain" };
    },
    async write(text) {
      const token = normalizeToken(text);
      if (await keepInKeychain(token)) {
        await files.remove(file);
        return "keychain";
      }
      await files.ensureDir(stateDir, 0o700);
      await files.writeAtomic(file, `${token}\n`, 0o600);
      return "file";
    },
    async remove() {
      const places: ("keychain" | "file")[] = [];
      if (await keychain.remove().catch(() => false)) places.push("keychain");
      if ((await files.readTextIfExists(file)) !== undefined) {
        await files.remove(file);
        places.push("file");
      }
      return places;
    },
  };
}
