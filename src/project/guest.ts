import type { AppConfig, VmSection } from "./app-config.ts";
import { sectionFor } from "./process-groups.ts";

/** The size of a machine, as the wire names it. */
export interface Guest {
  readonly cpu_kind: string;
  readonly cpus: number;
  readonly memory_mb: number;
  readonly gpu_kind?: string;
  readonly gpus?: number;
  readonly max_memory_mb?: number;
  readonly host_dedication_id?: string;
  readonly kernel_args?: string[];
  readonly persist_rootfs?: string;
}

const SHARED_CPUS = [1, 2, 4, 6, 8];
const PERFORMANCE_CPUS = [1, 2, 4, 6, 8, 10, 12, 14, 16];
const GPU_KINDS: Readonly<Record<string, string>> = {
  "a100-40gb": "a100-pcie-40gb",
  "a100-80gb": "a100-sxm4-80gb",
  l40s: "l40s",
  a10: "a10",
};

const PRESETS: ReadonlyMap<string, Guest> = new Map([
  ...SHARED_CPUS.map((cpus): [string, Guest] => [
    `shared-cpu-${cpus}x`,
    { cpu_kind: "shared", cpus, memory_mb: 256 * cpus },
  ]),
  ...PERFORMANCE_CPUS.map((cpus): [string, Guest] => [
    `performance-${cpus}x`,
    { cpu_kind: "performance", cpus, memory_mb: 2_048 * cpus },
  ]),
  ...Object.entries(GPU_KINDS).map(([name, kind]): [string, Guest] => [
    name,
    { cpu_kind: "performance", cpus: 8, memory_mb: 32_768, gpu_kind: kind, gpus: 1 },
  ]),
]);

/** The size of a machine that nothing was said about. */
const DEFAULT_SIZE = "shared-cpu-1x";

/** Whether `size` in `[[vm]]` names a size. */
export function isPreset(size: string): boolean {
  return PRESETS.has(size);
}

/** All names of sizes. */
export function presetNames(): string[] {
  return [...PRESETS.keys()];
}

/**
 * The size that the configuration gives the machines of a group, or undefined where it says nothing: machines that
 * exist keep theirs then, and new ones get shared-cpu-1x.
 */
export function guestFor(config: AppConfig, group: string): Guest | undefined {
  const vm = sectionFor(config.vm, group);
  if (vm === undefined) return undefined;
  return guestOf({ ...vm, hostDedicationId: vm.hostDedicationId ?? config.hostDedicationId });
}

/** The size that a `[[vm]]` section means: its preset, then what it says beside it. */
export function guestOf(vm: VmSection): Guest {
  const preset =
    PRESETS.get(vm.size ?? (vm.gpuKind === undefined ? DEFAULT_SIZE : "performance-8x")) ?? guestOf({ processes: [] });
  return {
    ...preset,
    ...(vm.memoryMb === undefined ? {} : { memory_mb: vm.memoryMb }),
    ...(vm.cpus === undefined ? {} : { cpus: vm.cpus }),
    ...(vm.cpuKind === undefined ? {} : { cpu_kind: vm.cpuKind }),
    ...(vm.gpuKind === undefined ? {} : { gpu_kind: vm.gpuKind }),
    ...(vm.gpus === undefined ? {} : { gpus: vm.gpus }),
    ...(vm.maxMemoryMb === undefined ? {} : { max_memory_mb: vm.maxMemoryMb }),
    ...(vm.hostDedicationId === undefined ? {} : { host_dedication_id: vm.hostDedicationId }),
    ...(vm.kernelArgs === undefined ? {} : { kernel_args: [...vm.kernelArgs] }),
    ...(vm.persistRootfs === undefined ? {} : { persist_rootfs: vm.persistRootfs }),
  };
}
