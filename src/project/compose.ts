// The containers of a machine from a Compose file, as far as the Machines API has a place for what it says.
import { AppError } from "../errors/app-error.ts";
import { splitShellWords } from "./shell-words.ts";
import { readYaml } from "./text/yaml.ts";
import { isTable, plainText, type Table } from "./values.ts";

/**
 * One container for each service; the one that is built has the image ".".
 * @throws CONFIG_SYNTAX, CONFIG_INVALID
 */
export function parseCompose(text: string, file: string): readonly Table[] {
  const { table, problems } = readYaml(text);
  if (table === undefined) {
    const [first] = problems;
    throw new AppError("CONFIG_SYNTAX", `${file}:${first?.line ?? 1}: ${first?.message ?? "this cannot be read"}`);
  }
  const services = isTable(table["services"]) ? Object.entries(table["services"]) : [];
  const built = services.filter(([, service]) => isTable(service) && service["build"] !== undefined);
  if (built.length > 1)
    throw new AppError("CONFIG_INVALID", `${file}: only one service can be built, and ${built.length} say build`);
  return services.map(([name, service]) => containerOf(name, service, file));
}

function containerOf(name: string, service: unknown, file: string): Table {
  if (!isTable(service) || (service["image"] === undefined && service["build"] === undefined))
    throw new AppError("CONFIG_INVALID", `${file}: service "${name}" needs an image or a build`);
  const container: Record<string, unknown> = {
    name,
    image: service["build"] === undefined ? service["image"] : ".",
    cmd: wordsOf(service["command"]),
    entrypoint: wordsOf(service["entrypoint"]),
    env: envOf(service["environment"]),
    depends_on: dependenciesOf(service["depends_on"]),
    user: service["user"],
  };
  return Object.fromEntries(Object.entries(container).filter(([, value]) => value !== undefined));
}

function wordsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return splitShellWords(value);
  return Array.isArray(value) ? value.map(String) : undefined;
}

function envOf(value: unknown): Record<string, string> | undefined {
  if (Array.isArray(value)) {
    return Object.fromEntries(
      value.map(String).map((line) => [line.split("=")[0] ?? "", line.split("=").slice(1).join("=")]),
    );
  }
  if (!isTable(value)) return undefined;
  const entries = Object.entries(value).map(([name, item]): [string, string] => [
    name,
    typeof item === "string" || typeof item === "number" || typeof item === "boolean" ? plainText(item) : "",
  ]);
  return Object.fromEntries(entries);
}

const CONDITIONS: Readonly<Record<string, string>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "exited_successfully",
};

function dependenciesOf(value: unknown): readonly Table[] | undefined {
  if (Array.isArray(value)) return value.map((name) => ({ name: String(name), condition: "started" }));
  if (!isTable(value)) return undefined;
  return Object.entries(value).map(([name, item]) => ({
    name,
    condition: CONDITIONS[isTable(item) ? String(item["condition"]) : ""] ?? "started",
  }));
}
