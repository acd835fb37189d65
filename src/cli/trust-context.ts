// The adapters of the commands that change certificate stores.
import { AppError } from "../errors/app-error.ts";
import { openAuthorityHome } from "../operations/certs/authority-home.ts";
import type { TrustDeps } from "../operations/certs/trust.ts";
import type { Context } from "./context.ts";
import { authorityDeps } from "./planet-context.ts";

export async function trustDeps(context: Context): Promise<TrustDeps> {
  const [files, { exec }] = await Promise.all([context.files(), context.exec()]);
  const { platform, home, signal } = context;
  if (platform === "win32") throw new AppError("USAGE", "Certificate stores of Windows are not known to Hangar");
  return {
    ...{ platform, home, isRoot: process.getuid?.() === 0, exists: files.exists, listNames: files.listNames },
    authority: openAuthorityHome(await authorityDeps(context)),
    run: (file, args) => exec(file, args, { signal }),
  };
}
