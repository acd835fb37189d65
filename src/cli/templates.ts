import type { Templates } from "../platform/templates.ts";

/** The templates that ship with the program; loaded by the commands that need them. */
export async function createTemplates(): Promise<Templates> {
  const { openTemplates } = await import("../platform/templates.ts");
  return openTemplates();
}
