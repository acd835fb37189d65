// Images of one app in several versions, good and bad, for tests of deploys on a real engine.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

const serve = (text: string, status = 200, port = 8080): string =>
  `require("node:http").createServer((q, s) => { s.statusCode = ${status}; s.end(${JSON.stringify(text)}); }).listen(${port})`;

/** What the versions do. */
const PROGRAMS: Readonly<Record<string, string>> = {
  one: serve("one"),
  two: serve("two"),
  exits: 'console.error("no database"); process.exit(3)',
  unhealthy: serve("unhealthy", 500),
  elsewhere: serve("elsewhere", 200, 9090),
};

/** The name of the image of a version. */
export const imageOf = (planet: string, version: string): string => `${planet}-version:${version}`;

/** Builds the images. They end at once when they are told to, as a server that shuts down well does. */
export async function buildVersions(planet: string, versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    const program = `process.on("SIGTERM", () => process.exit(0)); ${PROGRAMS[version] ?? ""}`;
    const dockerfile = `FROM node:24-bookworm-slim\nCMD ["node", "-e", ${JSON.stringify(program)}]\n`;
    await execa("docker", ["build", "--quiet", "--tag", imageOf(planet, version), "-"], {
      input: dockerfile,
      env: { DOCKER_BUILDKIT: "0" },
    });
  }
}

export async function removeVersions(planet: string, versions: readonly string[]): Promise<void> {
  await execa("docker", ["image", "rm", "--force", ...versions.map((version) => imageOf(planet, version))], {
    reject: false,
  });
}

/** A folder with the app's configuration. */
export async function writeApp(folder: string, app: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const toml = `app = "${app}"
primary_region = "iad"
kill_timeout = 2
[http_service]
  internal_port = 8080
  [[http_service.checks]]
    interval = "1s"
    timeout = "1s"
    grace_period = "1s"
    path = "/"
`;
  await writeFile(path.join(folder, "fly.toml"), toml);
  return folder;
}
