// Opening a URL in the person's browser, where there is one. Does not decide which URL.

/** Whether a browser can be expected to show up: on Linux only with a display, or from WSL on Windows' side. */
export function hasBrowser(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): boolean {
  if (platform === "darwin" || platform === "win32") return (env["SSH_CONNECTION"] ?? "") === "";
  return ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].some((name) => (env[name] ?? "") !== "");
}

/** Opens the URL; false when no program was found that would. */
export async function openInBrowser(url: string): Promise<boolean> {
  const { default: open } = await import("open");
  try {
    const child = await open(url);
    child.unref();
    return true;
  } catch {
    return false; // the caller shows the URL instead
  }
}
