import type { ConfigChanges } from "../../operations/machine/change-config.ts";
import { parseKeyValues } from "../../operations/machine/key-values.ts";
import { Flags } from "../oclif.ts";

const many = { multiple: true, multipleNonGreedy: true } as const;

/** What a machine's configuration is made of, for run, create and update. Spread them. */
export const machineConfigFlags = () => ({
  env: Flags.string({ char: "e", summary: "Environment variable; may be repeated", helpValue: "NAME=VALUE", ...many }),
  metadata: Flags.string({ summary: "Metadata; may be repeated", helpValue: "NAME=VALUE", ...many }),
  port: Flags.string({
    char: "p",
    summary: "Service, e.g. 80:8080/tcp:http or 443:8080:tls:http; may be repeated",
    helpValue: "EDGE:INTERNAL…",
    ...many,
  }),
  volume: Flags.string({
    char: "v",
    summary: "Volume to mount, e.g. vol_123:/data",
    helpValue: "VOLUME:/PATH",
    ...many,
  }),
  entrypoint: Flags.string({ summary: "Program that runs the command, instead of the image's", helpValue: "COMMAND" }),
  "vm-size": Flags.string({ summary: "Size by name; see platform vm-sizes", helpValue: "NAME" }),
  "vm-memory": Flags.string({ summary: "Memory, in megabytes or with a unit", helpValue: "MB" }),
  "vm-cpus": Flags.integer({ summary: "Number of CPUs", helpValue: "N", min: 1, max: 16 }),
  "vm-cpu-kind": Flags.option({ summary: "Kind of the CPUs", options: ["shared", "performance"] as const })(),
  restart: Flags.option({
    summary: "When to start the program again after its end",
    options: ["no", "always", "on-failure"] as const,
  })(),
  schedule: Flags.option({
    summary: "Start it again and again, about once in each",
    options: ["hourly", "daily", "weekly", "monthly"] as const,
  })(),
  "standby-for": Flags.string({
    summary: "Machine that this one stands by for; may be repeated",
    helpValue: "ID",
    ...many,
  }),
  autostart: Flags.boolean({ summary: "Start it when requests come", allowNo: true }),
  autostop: Flags.option({
    summary: "What to do when no requests come",
    options: ["off", "stop", "suspend"] as const,
  })(),
  "file-local": Flags.string({ summary: "File to put into it; may be repeated", helpValue: "/PATH=FILE", ...many }),
  "file-literal": Flags.string({ summary: "Text to put into it as a file", helpValue: "/PATH=TEXT", ...many }),
  "file-secret": Flags.string({ summary: "Secret to put into it as a file", helpValue: "/PATH=NAME", ...many }),
  "skip-dns-registration": Flags.boolean({ summary: "Leave it out of .internal names", allowNo: true }),
});

export interface MachineConfigFlags {
  readonly env?: string[] | undefined;
  readonly metadata?: string[] | undefined;
  readonly port?: string[] | undefined;
  readonly volume?: string[] | undefined;
  readonly entrypoint?: string | undefined;
  readonly "vm-size"?: string | undefined;
  readonly "vm-memory"?: string | undefined;
  readonly "vm-cpus"?: number | undefined;
  readonly "vm-cpu-kind"?: "shared" | "performance" | undefined;
  readonly restart?: "no" | "always" | "on-failure" | undefined;
  readonly schedule?: "hourly" | "daily" | "weekly" | "monthly" | undefined;
  readonly "standby-for"?: string[] | undefined;
  readonly autostart?: boolean | undefined;
  readonly autostop?: "off" | "stop" | "suspend" | undefined;
  readonly "file-local"?: string[] | undefined;
  readonly "file-literal"?: string[] | undefined;
  readonly "file-secret"?: string[] | undefined;
  readonly "skip-dns-registration"?: boolean | undefined;
}

/**
 * What the flags ask to be changed; local files are read here.
 * @throws USAGE, FILE_ACCESS
 */
export async function configChangesOf(
  flags: MachineConfigFlags,
  readFile: (file: string) => Promise<Uint8Array>,
): Promise<ConfigChanges> {
  const pairs = (words: readonly string[] | undefined, flag: string): Record<string, string> | undefined =>
    words === undefined ? undefined : parseKeyValues(words, flag);
  const local = Object.entries(pairs(flags["file-local"], "--file-local") ?? {});
  const files = [
    ...(await Promise.all(
      local.map(async ([path, file]) => ({
        guest_path: path,
        raw_value: Buffer.from(await readFile(file)).toString("base64"),
      })),
    )),
    ...Object.entries(pairs(flags["file-literal"], "--file-literal") ?? {}).map(([path, text]) => ({
      guest_path: path,
      raw_value: Buffer.from(text).toString("base64"),
    })),
    ...Object.entries(pairs(flags["file-secret"], "--file-secret") ?? {}).map(([path, name]) => ({
      guest_path: path,
      secret_name: name,
    })),
  ];
  return {
    env: pairs(flags.env, "--env"),
    metadata: pairs(flags.metadata, "--metadata"),
    ports: flags.port,
    volumes: flags.volume,
    entrypoint: flags.entrypoint,
    size: flags["vm-size"],
    memory: flags["vm-memory"],
    cpus: flags["vm-cpus"],
    cpuKind: flags["vm-cpu-kind"],
    restart: flags.restart,
    schedule: flags.schedule,
    standbyFor: flags["standby-for"],
    autostart: flags.autostart,
    autostop: flags.autostop,
    files: files.length === 0 ? undefined : files,
    skipDns: flags["skip-dns-registration"],
  };
}
