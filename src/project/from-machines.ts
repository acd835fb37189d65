// The way back: what a configuration file would say of machines that are there.
import type { CheckConfig, MachineConfig, ServiceConfig } from "../contract/machine.ts";
import { isTable, type Table } from "./values.ts";

/** A running machine, as far as the file can say it. */
export interface LiveMachine {
  readonly group: string;
  readonly region: string;
  readonly config: MachineConfig;
}

/** What depends on the machine and its group, not on the file. */
const OWN_VARIABLES = new Set(["FLY_PROCESS_GROUP", "PRIMARY_REGION"]);

/** The sections of a file, by their names at its top, that describe the machines; those without anything are undefined. */
export function describeMachines(machines: readonly LiveMachine[]): Table {
  const groups = new Map(machines.map(({ group, config }) => [group, config]));
  const single = groups.size === 1 && groups.has("app");
  const of = (group: string): Table => (single ? {} : { processes: [group] });
  const each = <Item>(list: (config: MachineConfig) => readonly Item[], item: (value: Item) => Table): Table[] =>
    [...groups].flatMap(([group, config]) => list(config).map((value) => ({ ...item(value), ...of(group) })));
  const [first] = groups.values();
  const stop = first?.stop_config;
  const env = Object.entries(first?.env ?? {}).filter(([name]) => !OWN_VARIABLES.has(name));
  return {
    kill_signal: stop?.signal,
    kill_timeout: stop?.timeout,
    primary_region: first?.env?.["PRIMARY_REGION"],
    env: env.length === 0 ? undefined : Object.fromEntries(env),
    processes: single && first?.init?.cmd === undefined ? undefined : commandsOf(groups),
    http_service: undefined,
    services: some(each(({ services = [] }) => services, serviceTable)),
    checks: checksOf(groups, of),
    vm: some(each(({ guest }) => (guest === undefined ? [] : [guest]), guestTable)),
    mounts: some(each((config) => tables(config["mounts"]), mountTable)),
    metrics: some(
      each(
        (config) => (isTable(config["metrics"]) ? [config["metrics"]] : []),
        (value) => value,
      ),
    ),
    files: some(
      each(
        (config) => tables(config["files"]),
        (value) => value,
      ),
    ),
    statics: some(tables(first?.["statics"]).map(filled)),
    restart: some(each(({ restart }) => (restart?.policy === undefined ? [] : [restart]), restartTable)),
    hangar: { regions: countsOf(machines, single) },
  };
}

const some = <Item>(items: readonly Item[]): readonly Item[] | undefined => (items.length === 0 ? undefined : items);

function tables(value: unknown): readonly Table[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}

function filled(table: Table): Table {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== "" && value !== undefined));
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

function commandsOf(groups: ReadonlyMap<string, MachineConfig>): Record<string, string> {
  return Object.fromEntries([...groups].map(([group, { init }]) => [group, (init?.cmd ?? []).map(quoted).join(" ")]));
}

function serviceTable({
  protocol,
  internal_port: internalPort,
  autostop,
  autostart,
  checks,
  ...rest
}: ServiceConfig): Table {
  const ofType = (type: string): readonly Table[] | undefined =>
    some(
      (checks ?? []).filter((check) => check.type === type).map((check) => checkTable({ ...check, type: undefined })),
    );
  const { force_instance_key: _key, ...others } = rest as typeof rest & { force_instance_key?: unknown };
  return filled({
    protocol,
    internal_port: internalPort,
    auto_stop_machines: autostop === true ? "stop" : autostop === false ? "off" : autostop,
    auto_start_machines: autostart,
    ...others,
    tcp_checks: ofType("tcp"),
    http_checks: ofType("http"),
  });
}

function checkTable({ headers, ...check }: CheckConfig): Table {
  const named =
    headers === undefined ? undefined : Object.fromEntries(headers.map(({ name, values }) => [name, values[0] ?? ""]));
  return filled({ ...check, headers: named });
}

function checksOf(groups: ReadonlyMap<string, MachineConfig>, of: (group: string) => Table): Table | undefined {
  const entries = [...groups].flatMap(([group, { checks = {} }]) =>
    Object.entries(checks).map(([name, check]): [string, Table] => [name, { ...checkTable(check), ...of(group) }]),
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function guestTable({ memory_mb: memoryMb, ...guest }: NonNullable<MachineConfig["guest"]>): Table {
  return filled({ ...guest, memory: memoryMb === undefined ? undefined : `${memoryMb}mb` });
}

function mountTable(mount: Table): Table {
  const { name, path, extend_threshold_percent: threshold, add_size_gb: increment, size_gb_limit: limit } = mount;
  return filled({
    source: name,
    destination: path,
    auto_extend_size_threshold: threshold,
    auto_extend_size_increment: typeof increment === "number" ? `${increment}GB` : undefined,
    auto_extend_size_limit: typeof limit === "number" ? `${limit}GB` : undefined,
  });
}

function restartTable({ policy, max_retries: retries }: NonNullable<MachineConfig["restart"]>): Table {
  return filled({ policy: policy === "no" ? "never" : policy, retries });
}

function countsOf(machines: readonly LiveMachine[], single: boolean): Table {
  const counts: Record<string, Record<string, number>> = {};
  for (const { group, region } of machines) {
    const own = (counts[group] ??= {});
    own[region] = (own[region] ?? 0) + 1;
  }
  return single ? (counts["app"] ?? {}) : counts;
}
