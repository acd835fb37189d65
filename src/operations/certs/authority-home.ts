// The user's certificate authority: one for all planets, so that trusting it once is enough. Lives in the state folder.
import path from "node:path";
import { createExclusively, ensureDir, readTextIfExists, writeAtomic } from "../../platform/files.ts";
import { AppError } from "../../errors/app-error.ts";
import type { AuthorityMaterial } from "../../platform/x509.ts";

export interface AuthorityHome {
  /** The file that programs and certificate stores are given. */
  readonly certificateFile: string;
  /** The authority, or undefined where none was made yet. */
  present(): Promise<AuthorityMaterial | undefined>;
  /** The authority, made at the first call. @throws DISK_FULL */
  ensure(): Promise<AuthorityMaterial>;
}

export interface AuthorityHomeDeps {
  readonly stateDir: string;
  readonly create: () => Promise<AuthorityMaterial>;
}

/** The authority below the state folder. */
export function openAuthorityHome({ stateDir, create }: AuthorityHomeDeps): AuthorityHome {
  const folder = path.join(stateDir, "authority");
  const keyFile = path.join(folder, "authority.key");
  const certificateFile = path.join(folder, "authority.pem");
  // Key and certificate are one file's content, so that two commands at the same time cannot mix them; the certificate is
  // written once more for everybody who must not see the key.
  const present = async (): Promise<AuthorityMaterial | undefined> => {
    const both = await readTextIfExists(keyFile);
    const [, certificate] = /^(-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----\n)/.exec(both ?? "") ?? [];
    if (both === undefined || certificate === undefined) return undefined;
    return { certificate, key: both.slice(certificate.length) };
  };
  const publish = async (authority: AuthorityMaterial): Promise<AuthorityMaterial> => {
    if ((await readTextIfExists(certificateFile)) !== authority.certificate)
      await writeAtomic(certificateFile, authority.certificate, 0o644);
    return authority;
  };
  return {
    certificateFile,
    present,
    async ensure() {
      const known = await present();
      if (known !== undefined) return publish(known);
      await ensureDir(folder, 0o700);
      const made = await create();
      if (await createExclusively(keyFile, `${made.certificate}${made.key}`, 0o600)) return publish(made);
      // Another command was faster, or something that is no authority lies there.
      const theirs = await present();
      if (theirs === undefined) throw unusable(keyFile);
      return publish(theirs);
    },
  };
}

function unusable(file: string): AppError {
  return new AppError("AUTHORITY_INVALID", `${file} holds no certificate authority`, {
    suggestions: [`rm ${file} (a new one is made by hangar up, and has to be trusted again)`],
  });
}
