// Reading with as little code as possible: most files are TOML and have no problem, and need no parser for places.
import type { ConfigText, ParsedAppConfig } from "./parse-app-config.ts";
import { readAppConfig, type ReadOptions } from "./read-app-config.ts";
import { formatOf } from "./text/document.ts";
import { readToml } from "./text/toml.ts";

/** As parseAppConfigs, loading only what the files need. */
export async function parseLazily(
  sources: readonly ConfigText[],
  options: ReadOptions,
): Promise<Pick<ParsedAppConfig, "config" | "problems">> {
  if (sources.every(({ file }) => formatOf(file) === "toml")) {
    const tables = sources.flatMap(({ text }) => {
      const { table } = readToml(text.replace(/^\uFEFF/u, ""));
      return table === undefined ? [] : [table];
    });
    if (tables.length === sources.length) {
      const { config, findings } = readAppConfig(tables, sources[0]?.file ?? "", options);
      if (config !== undefined && findings.length === 0) return { config, problems: [] };
    }
  }
  const { parseAppConfigs } = await import("./parse-app-config.ts");
  return parseAppConfigs(sources, options);
}
