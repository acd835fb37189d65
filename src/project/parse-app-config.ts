import parseString from "@iarna/toml/parse-string.js";
import type { AppConfig, BuildSection, DeploySection } from "./app-config.ts";
import { locateKey } from "./locate-key.ts";
import { renderKeyPath, type KeyPath, type Problem } from "./problem.ts";
import { findCrossProblems } from "./cross-checks.ts";
import {
  isTable,
  readDurationMs,
  readInteger,
  readPositive,
  readString,
  readStrings,
  readTable,
  readWord,
  show,
  type RawTable,
  type Report,
  type Section,
} from "./read-value.ts";
import { readTopLevelChecks } from "./sections/checks.ts";
import { readInit, readMounts, readProcesses, readRestart, readVm } from "./sections/machines.ts";
import { readServices } from "./sections/services.ts";

/** What came out of reading a configuration file. There is a `config` exactly when no problem is an error. */
export interface ParsedAppConfig {
  readonly config?: AppConfig;
  /** In the order of the file where places are known. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the text of a fly.toml into its configuration, and finds all problems at once.
 * @param file name for messages
 */
export function parseAppConfig(text: string, file: string): ParsedAppConfig {
  const raw = parseToml(text, file);
  if ("code" in raw) return { problems: [raw] };
  const problems: Problem[] = [];
  const lines = text.split(/\r?\n/u);
  const report: Report = (severity, path, message) => {
    const place = locateKey(text, path);
    const source = place === undefined ? undefined : lines[place.line - 1];
    problems.push({
      code: "CONFIG_INVALID",
      severity,
      message,
      file,
      key: renderKeyPath(path),
      ...(place === undefined ? {} : place),
      ...(source === undefined ? {} : { source }),
    });
  };
  const config = readConfig(raw.table, file, report);
  findCrossProblems(config, report);
  const sorted = problems.toSorted((a, b) => (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER));
  return problems.some((problem) => problem.severity === "error") ? { problems: sorted } : { config, problems: sorted };
}

function parseToml(text: string, file: string): { table: RawTable } | Problem {
  try {
    return { table: parseString(text) };
  } catch (thrown) {
    const { message, line, col } = thrown as { message: string; line?: number; col?: number };
    // The parser appends its own picture of the place to the first line of the message.
    const summary = (message.split("\n")[0] ?? "").replace(/ at row \d+, col \d+, pos \d+:$/u, "").replace(/\.$/u, "");
    const place = line === undefined ? {} : placeOf(text, line, col ?? 0);
    return { code: "CONFIG_SYNTAX", severity: "error", message: summary, file, ...place };
  }
}

/** The parser counts from 0, and stands behind the last line when the file ends too early. */
function placeOf(text: string, line: number, column: number): { line: number; column: number; source: string } {
  const lines = text.split(/\r?\n/u);
  const source = lines[line];
  if (source !== undefined && (source !== "" || line === 0))
    return { line: line + 1, column: Math.min(column, source.length) + 1, source };
  const last = lines.findLastIndex((candidate, index) => index < line && candidate !== "");
  const lastSource = lines[Math.max(last, 0)] ?? "";
  return { line: Math.max(last, 0) + 1, column: lastSource.length + 1, source: lastSource };
}

function readConfig(table: RawTable, file: string, report: Report): AppConfig {
  const root: Section = { table, path: [], report };
  const hangar = readTable(root, "hangar");
  return {
    file,
    app: readString(root, "app"),
    primaryRegion: readString(root, "primary_region"),
    killSignal: readWord(root, "kill_signal", SIGNALS),
    killTimeoutMs: readDurationMs(root, "kill_timeout", "seconds"),
    swapSizeMb: readInteger(root, "swap_size_mb"),
    build: readBuild(root),
    env: readEnv(root),
    deploy: readDeploy(root),
    services: readServices(root),
    checks: readTopLevelChecks(root),
    processes: readProcesses(root),
    init: readInit(root),
    vm: readVm(root),
    mounts: readMounts(root),
    restart: readRestart(root),
    regions: (hangar && readStrings(hangar, "regions")) ?? [],
    raw: table,
  };
}

const SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGTERM"];

function readBuild(root: Section): BuildSection {
  const section = readTable(root, "build");
  if (section === undefined) return { args: {} };
  const args = readTable(section, "args");
  const otherBuilder = ["builder", "buildpacks", "builtin"].find((key) => section.table[key] !== undefined);
  return {
    image: readString(section, "image"),
    dockerfile: readString(section, "dockerfile"),
    ignorefile: readString(section, "ignorefile"),
    target: readString(section, "build-target") ?? readString(section, "build_target"),
    args: Object.fromEntries(
      Object.keys(args?.table ?? {}).map((name) => [name, (args && readString(args, name)) ?? ""]),
    ),
    otherBuilder,
  };
}

function readDeploy(root: Section): DeploySection {
  const section = readTable(root, "deploy");
  if (section === undefined) return {};
  return {
    strategy: readWord(section, "strategy", ["canary", "rolling", "immediate", "bluegreen"]),
    maxUnavailable: readPositive(section, "max_unavailable"),
    waitTimeoutMs: readDurationMs(section, "wait_timeout", "nanoseconds"),
    releaseCommand: readString(section, "release_command"),
    releaseCommandTimeoutMs: readDurationMs(section, "release_command_timeout", "nanoseconds"),
  };
}

/** `[env]` as a table, or as several that are joined in order; every plain value becomes a text. */
function readEnv(root: Section): Record<string, string> {
  const value = root.table["env"];
  const env: Record<string, string> = {};
  const tables: [RawTable, KeyPath][] = Array.isArray(value)
    ? value.filter(isTable).map((table, index) => [table, ["env", index]])
    : [];
  if (isTable(value)) tables.push([value, ["env"]]);
  else if (value !== undefined && !Array.isArray(value))
    root.report("error", ["env"], `env must be a table ([env]), not ${show(value)}`);
  for (const [table, path] of tables) {
    for (const [name, item] of Object.entries(table)) {
      if (isTable(item) || Array.isArray(item))
        root.report("error", [...path, name], `env ${name} must be a text or a number, not ${show(item)}`);
      else env[name] = item instanceof Date ? item.toISOString() : String(item);
    }
  }
  return env;
}
