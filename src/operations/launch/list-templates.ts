import type { Templates } from "../../platform/templates.ts";

/** A template as it is listed. */
export interface TemplateListing {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly default: boolean;
}

/** The app templates that ship with the program, by name. */
export async function listTemplates(deps: { readonly templates: Pick<Templates, "list"> }): Promise<TemplateListing[]> {
  const all = await deps.templates.list();
  return all.map(({ name, title, description, isDefault }) => ({ name, title, description, default: isDefault }));
}
