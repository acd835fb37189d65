import type { AppConfig } from "./app-config.ts";
import type { Report } from "./read-value.ts";
import { splitShellWords } from "./shell-words.ts";

/** Reports what is wrong between sections, each of which reads well by itself. */
export function findCrossProblems(config: AppConfig, report: Report): void {
  for (const [group, command] of Object.entries(config.processes)) {
    if (splitShellWords(command) === undefined)
      report("error", ["processes", group], `the command of process group "${group}" has an unclosed quote`);
  }
  if (config.deploy.releaseCommand !== undefined && splitShellWords(config.deploy.releaseCommand) === undefined) {
    report("error", ["deploy", "release_command"], "release_command has an unclosed quote");
  }
  if (config.deploy.strategy === "canary" && config.mounts.length > 0) {
    report("error", ["deploy", "strategy"], "the canary strategy cannot be used with mounted volumes");
  }
  findUnknownGroups(config, report);
}

function findUnknownGroups(config: AppConfig, report: Report): void {
  const groups = Object.keys(config.processes);
  const known = new Set([...groups, "", ...(groups.length === 0 ? ["app"] : [])]);
  let index = 0;
  for (const service of config.services) {
    const isHttp = service.origin === "http_service";
    const path = isHttp ? ["http_service"] : ["services", index];
    if (!isHttp) index += 1;
    const name = isHttp ? "[http_service]" : "[[services]]";
    for (const group of service.processes) {
      if (!known.has(group))
        report(
          "error",
          [...path, "processes"],
          `${name} names the process group "${group}", which [processes] does not define`,
        );
    }
    if (service.processes.length === 0 && groups.length > 1) {
      report(
        "error",
        path,
        `${name} must say which of the ${groups.length} process groups it belongs to: processes = [...]`,
      );
    }
    if (!isHttp && service.ports.length === 0)
      report("warning", path, "[[services]] has no public port; add [[services.ports]]");
  }
  for (const restart of config.restart) {
    for (const group of restart.processes) {
      if (!known.has(group))
        report("error", ["restart"], `restart names the process group "${group}", which [processes] does not define`);
    }
  }
}
