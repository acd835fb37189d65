import { isPreset, presetNames } from "../guest.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import { numberAt, type Table, tableAt, tablesAt, textAt } from "../values.ts";
import type { RuleInput } from "./rule.ts";

/** What is wrong with sizes, volumes, files and restart policies. */
export function checkMachines(input: RuleInput): void {
  const { root, config } = input;
  for (const vm of [...tablesAt(root, "vm"), ...tablesAt(tableAt(root, "deploy") ?? {}, "release_command_vm")]) {
    checkSize(vm, input);
  }
  for (const mount of tablesAt(root, "mounts")) checkMount(mount, input);
  for (const file of tablesAt(root, "files")) checkFile(file, input);
  for (const restart of tablesAt(root, "restart")) {
    if (restart["policy"] === undefined && !input.isWritten([...input.pathOf(restart), "policy"]))
      fail(
        input,
        restart,
        undefined,
        'restart needs a policy: "always", "never" or "on-failure"',
        'add policy = "always"',
      );
  }
  if (config.deploy.strategy === "canary" && config.mounts.length > 0) {
    const message = "the canary strategy cannot be used with mounted volumes";
    const path = ["deploy", "strategy"];
    input.report({
      severity: "error",
      code: "CONFIG_INVALID",
      path,
      message,
      suggestion: 'write strategy = "rolling"',
    });
  }
  const builders = [config.build.image, config.build.otherBuilder, config.build.dockerfile ?? config.build.target];
  if (builders.filter((one) => one !== undefined).length > 1) {
    const message = "[build] says more than one way to get an image; image counts before dockerfile";
    input.report({ severity: "warning", code: "CONFIG_NO_EFFECT", path: ["build"], message, suggestion: "keep one" });
  }
}

function fail(
  { report, pathOf }: RuleInput,
  table: Table,
  key: string | undefined,
  message: string,
  suggestion: string,
): void {
  const path = key === undefined ? pathOf(table) : [...pathOf(table), key];
  report({ severity: "error", code: "CONFIG_INVALID", path, message, suggestion });
}

function checkSize(vm: Table, input: RuleInput): void {
  const size = textAt(vm, "size") ?? "";
  if (size !== "" && !isPreset(size)) {
    const names = presetNames();
    const close = size.length > 40 ? [] : closestWords(size, names);
    const suggestion = close.length > 0 ? `did you mean ${close.join(" or ")}?` : `sizes are ${names.join(", ")}`;
    fail(input, vm, "size", `there is no machine size "${size.slice(0, 60)}"`, suggestion);
  }
  if (vm["memory"] === 0) fail(input, vm, "memory", "memory cannot be zero", 'write memory = "256mb"');
}

function checkMount(mount: Table, input: RuleInput): void {
  const name = (textAt(mount, "source") ?? "").slice(0, 60);
  const range = (key: string, low: number, high: number, unit: string): void => {
    const value = numberAt(mount, key);
    if (value === undefined || value === 0 || (value >= low && value <= high)) return;
    const message = `mount "${name}": ${key} must be from ${low} to ${high}${unit}, not ${value}`;
    fail(input, mount, key, message, `write a value from ${low} to ${high}`);
  };
  if (mount["initial_size"] === 0)
    fail(
      input,
      mount,
      "initial_size",
      `mount "${name}": initial_size is smaller than 1 GB`,
      'write initial_size = "1gb"',
    );
  range("snapshot_retention", 1, 60, " days");
  range("auto_extend_size_threshold", 50, 99, " percent");
  range("auto_extend_size_increment", 1, 100, " GB");
  range("auto_extend_size_limit", 1, 500, " GB");
  const [threshold, increment, limit] = ["threshold", "increment", "limit"].map(
    (key) => (numberAt(mount, `auto_extend_size_${key}`) ?? 0) !== 0,
  );
  if (threshold === true && increment !== true && limit !== true) {
    const message = `flyctl refuses mount "${name}": a volume that grows needs increment and limit beside the threshold`;
    const suggestion = "add auto_extend_size_increment and auto_extend_size_limit";
    const path = [...input.pathOf(mount), "auto_extend_size_threshold"];
    input.report({ severity: "warning", code: "CONFIG_NOT_PORTABLE", path, message, suggestion });
  }
  for (const key of ["source", "destination"]) {
    if ((textAt(mount, key) ?? "") !== "" || input.isWritten([...input.pathOf(mount), key])) continue;
    const path = input.pathOf(mount);
    const message = `[[mounts]] has no ${key}`;
    input.report({ severity: "warning", code: "CONFIG_INVALID", path, message, suggestion: `add ${key}` });
  }
}

function checkFile(file: Table, input: RuleInput): void {
  const guestPath = textAt(file, "guest_path") ?? "";
  if (!guestPath.startsWith("/") && (guestPath !== "" || file["guest_path"] === undefined)) {
    const message = "[[files]] needs a guest_path that begins with /";
    fail(
      input,
      file,
      file["guest_path"] === undefined ? undefined : "guest_path",
      message,
      'write guest_path = "/path"',
    );
  }
  const sources = ["local_path", "secret_name", "raw_value"].filter((key) => file[key] !== undefined);
  if (sources.length > 0) return;
  fail(input, file, undefined, "[[files]] has no content", "add local_path, secret_name or raw_value");
}
