import { describe, expect, test } from "vitest";
import { readAppConfig } from "../../../../src/operations/config/load-app-config.ts";
import { type DevProject, readProject } from "../../../../src/operations/dev/read-project.ts";

/** The project of a folder /app with these files. */
async function projectOf(toml: string, texts: Record<string, string>): Promise<DevProject> {
  const { config, warnings } = await readAppConfig(`app = "shop"\n${toml}`, "fly.toml");
  const files = {
    exists: async (file: string) => Object.hasOwn(texts, file),
    readTextIfExists: async (file: string) => texts[file],
  };
  return readProject({ config, warnings, file: "/app/fly.toml", contextDir: "/app" }, { files });
}

const DOCKERFILE = "FROM a\nCOPY . /srv/\n";

describe("the project of a dev run", () => {
  test("knows what decides about it, and where its files go", async () => {
    const project = await projectOf('[[files]]\n  guest_path = "/x"\n  local_path = "conf/x"\n', {
      "/app/Dockerfile": DOCKERFILE,
      "/app/.dockerignore": "node_modules\nfly.toml\n",
    });
    for (const file of ["fly.toml", "Dockerfile", "Dockerfile.dockerignore", ".dockerignore", "conf/x"])
      expect(project.configuration.has(file), file).toBe(true);
    expect(project.placementOf("a.js")).toEqual({ kind: "copied", paths: ["/srv/a.js"] });
    expect(project.ignores("node_modules/a.js")).toBe(true);
    expect(project.syncs).toBe(true);
  });

  test.each([
    ["node_modules", true],
    [".git", true],
    [".git/index", true],
    // named in .dockerignore, and decisive all the same
    ["fly.toml", false],
    ["src", false],
  ])("skips %s: %s", async (file, skipped) => {
    const project = await projectOf("", {
      "/app/Dockerfile": DOCKERFILE,
      "/app/.dockerignore": "node_modules\nfly.toml\n",
    });
    expect(project.skips(file)).toBe(skipped);
  });

  test("takes the Dockerfile's own ignore file before the folder's", async () => {
    const project = await projectOf('[build]\n  dockerfile = "docker/Web"\n', {
      "/app/docker/Web": DOCKERFILE,
      "/app/docker/Web.dockerignore": "a.js",
      "/app/.dockerignore": "b.js",
    });
    expect([project.ignores("a.js"), project.ignores("b.js")]).toEqual([true, false]);
    expect(project.configuration.has("docker/Web")).toBe(true);
  });

  test("of an image that is not built has no files, and of several containers none are put there", async () => {
    const image = await projectOf('[build]\n  image = "nginx"\n', {});
    expect(image.placementOf("a.js")).toEqual({ kind: "outside" });
    const compose = await projectOf("[build.compose]\n", { "/app/Dockerfile": DOCKERFILE });
    expect(compose.syncs).toBe(false);
  });

  test("without a Dockerfile is none", async () => {
    await expect(projectOf("", {})).rejects.toMatchObject({ code: "DOCKERFILE_NOT_FOUND" });
  });
});
