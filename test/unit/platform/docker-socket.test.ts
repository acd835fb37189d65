import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  daemonSocketPath,
  type DockerSources,
  findDockerEndpoint,
  parseDockerHost,
} from "../../../src/platform/docker-socket.ts";

const HOME = "/home/ada";
const contextId = (name: string): string => createHash("sha256").update(name).digest("hex");

function sources(
  files: Readonly<Record<string, string>> = {},
  env: DockerSources["env"] = {},
  platform: NodeJS.Platform = "linux",
): DockerSources {
  return {
    env,
    home: HOME,
    platform,
    readText: async (file) => files[file],
    exists: async (file) => files[file] !== undefined,
  };
}
const config = (currentContext: string): Record<string, string> => ({
  [`${HOME}/.docker/config.json`]: JSON.stringify({ currentContext }),
});
const context = (name: string, host: string): Record<string, string> => ({
  [`${HOME}/.docker/contexts/meta/${contextId(name)}/meta.json`]: JSON.stringify({
    Name: name,
    Endpoints: { docker: { Host: host } },
  }),
});

describe("findDockerEndpoint", () => {
  test("DOCKER_HOST wins over everything", async () => {
    const found = await findDockerEndpoint(
      sources(
        { ...config("colima"), ...context("colima", "unix:///c.sock"), "/var/run/docker.sock": "" },
        { DOCKER_HOST: "unix:///mine.sock", DOCKER_CONTEXT: "colima" },
      ),
    );
    expect(found).toEqual({ address: { socketPath: "/mine.sock" }, source: "DOCKER_HOST" });
  });
  test("TLS comes with its certificates", async () => {
    const files = { "/certs/ca.pem": "CA", "/certs/cert.pem": "CERT", "/certs/key.pem": "KEY" };
    const found = await findDockerEndpoint(
      sources(files, { DOCKER_HOST: "tcp://10.0.0.1:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" }),
    );
    expect(found.address).toEqual({
      host: { protocol: "https", hostname: "10.0.0.1", port: 2376, tls: { ca: "CA", cert: "CERT", key: "KEY" } },
    });
  });
  test("then the current context, by DOCKER_CONTEXT or the configuration", async () => {
    const files = {
      ...config("colima"),
      ...context("colima", "unix:///c.sock"),
      ...context("other", "tcp://127.0.0.1:2375"),
      "/var/run/docker.sock": "",
    };
    expect(await findDockerEndpoint(sources(files))).toEqual({
      address: { socketPath: "/c.sock" },
      source: 'docker context "colima"',
    });
    expect((await findDockerEndpoint(sources(files, { DOCKER_CONTEXT: "other" }))).address).toEqual({
      host: { protocol: "http", hostname: "127.0.0.1", port: 2375 },
    });
    expect((await findDockerEndpoint(sources(files, { DOCKER_CONTEXT: "default" }))).source).toBe("default socket");
  });
  test.each([
    ["/var/run/docker.sock", "default socket"],
    ["/run/user/1000/docker.sock", "rootless Docker"],
    [`${HOME}/.docker/run/docker.sock`, "Docker Desktop"],
    [`${HOME}/.colima/default/docker.sock`, "Colima"],
    ["/run/user/1000/podman/podman.sock", "Podman"],
  ])("then the socket that exists: %s", async (file, source) => {
    expect(await findDockerEndpoint(sources({ [file]: "" }, { XDG_RUNTIME_DIR: "/run/user/1000" }))).toEqual({
      address: { socketPath: file },
      source,
    });
  });
  test("with nothing at all the default, so that connecting says what is wrong; a damaged configuration counts as none", async () => {
    expect(await findDockerEndpoint(sources({ [`${HOME}/.docker/config.json`]: "{" }))).toEqual({
      address: { socketPath: "/var/run/docker.sock" },
      source: "default",
    });
    expect((await findDockerEndpoint(sources({}, {}, "win32"))).address).toEqual({
      socketPath: "//./pipe/docker_engine",
    });
  });
  test("a context that does not exist is said so", async () => {
    await expect(findDockerEndpoint(sources(config("gone")))).rejects.toMatchObject({
      code: "DOCKER_UNAVAILABLE",
      details: { context: "gone" },
    });
  });
});

describe("parseDockerHost", () => {
  test.each([
    ["unix://", { socketPath: "/var/run/docker.sock" }],
    ["npipe:////./pipe/other", { socketPath: "//./pipe/other" }],
    ["tcp://localhost", { host: { protocol: "http", hostname: "localhost", port: 2375 } }],
    ["localhost:2375", { host: { protocol: "http", hostname: "localhost", port: 2375 } }],
    ["tcp://[::1]:80", { host: { protocol: "http", hostname: "::1", port: 80 } }],
    ["https://docker.test", { host: { protocol: "https", hostname: "docker.test", port: 2376 } }],
  ])("%s", (text, address) => {
    expect(parseDockerHost(text, "DOCKER_HOST", undefined)).toEqual(address);
  });
  test.each(["ssh://ada@host", "gopher://x", "tcp://"])("%s cannot be used", (text) => {
    expect(() => parseDockerHost(text, "DOCKER_HOST", undefined)).toThrow(
      expect.objectContaining({ code: "DOCKER_UNAVAILABLE" }),
    );
  });
});

test.each([
  ["/var/run/docker.sock", "linux", "/var/run/docker.sock"],
  ["/run/user/1000/docker.sock", "linux", "/run/user/1000/docker.sock"],
  [`${HOME}/.docker/desktop/docker.sock`, "linux", "/var/run/docker.sock"],
  [`${HOME}/.colima/default/docker.sock`, "linux", "/var/run/docker.sock"],
  ["/Users/ada/.docker/run/docker.sock", "darwin", "/var/run/docker.sock"],
  ["/Users/ada/.colima/default/docker.sock", "darwin", "/var/run/docker.sock"],
  ["/run/user/1000/podman/podman.sock", "linux", "/run/user/1000/podman/podman.sock"],
  ["/Users/ada/.local/share/containers/podman/machine/podman.sock", "darwin", "/run/podman/podman.sock"],
] as const)("the daemon of %s on %s has its socket at %s", (socketPath, platform, own) => {
  expect(daemonSocketPath({ socketPath }, platform)).toBe(own);
});
