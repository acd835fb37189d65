import { AppError } from "../../errors/app-error.ts";

/**
 * A template with its placeholders (`{{name}}`) replaced. A line that is nothing but a placeholder without a value goes away;
 * what is left between instructions is at most one blank line.
 * @throws INTERNAL when a placeholder has no value, which is a mistake of ours
 */
export function renderDockerfile(template: string, values: Readonly<Record<string, string>>): string {
  const rendered = template.split("\n").flatMap((line) => {
    const alone = /^\{\{(\w+)\}\}$/u.exec(line)?.[1];
    if (alone !== undefined && values[alone] === "") return [];
    const text = line.replaceAll(/\{\{(\w+)\}\}/gu, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new AppError("INTERNAL", `A Dockerfile template needs a value for ${name}`);
      return value;
    });
    return [text.trimEnd()];
  });
  return `${rendered
    .join("\n")
    .replaceAll(/\n{3,}/gu, "\n\n")
    .trim()}\n`;
}
