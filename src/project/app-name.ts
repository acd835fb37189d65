const MAX_LENGTH = 63; // of a label in DNS, which the name becomes

/** Whether a name can be used in host names: lower-case letters, digits and hyphens, beginning with a letter. */
export function isAppName(name: string): boolean {
  return name.length <= MAX_LENGTH && /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/u.test(name);
}

/** The app name closest to a text, e.g. of a folder: `"Café Menu (v2)"` → `"cafe-menu-v2"`. */
export function deriveAppName(text: string): string {
  const words = text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replaceAll(/^-+/gu, "");
  const name = /^[0-9]/u.test(words) ? `app-${words}` : words;
  return name.slice(0, MAX_LENGTH).replaceAll(/-+$/gu, "") || "app";
}
