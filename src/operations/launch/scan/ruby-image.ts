// Pure: images of Rails and of other Rack programs.
import type { ImagePlan } from "./detection.ts";
import { envLines, execForm, type ImageInput, minorVersion, volumeLine } from "./image-input.ts";
import type { SourceTree } from "./source-tree.ts";

const NEWEST = "3.4";
const OLDEST_MINOR = 1;

/** The image of a Rails app, as its own generator lays it out. */
export function planRailsImage(input: ImageInput): ImagePlan {
  const { tree, port } = input;
  const { libraries, runtime } = databaseLibraries(input);
  const hasPackages = tree.has("package.json");
  const node = hasPackages
    ? "COPY --from=node:24-bookworm-slim /usr/local/bin/node /usr/local/bin/node\nCOPY --from=node:24-bookworm-slim /usr/local/lib/node_modules /usr/local/lib/node_modules\nRUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && npm install --global yarn@1"
    : "";
  const install = tree.has("yarn.lock")
    ? "COPY package.json yarn.lock ./\nRUN yarn install --frozen-lockfile"
    : "COPY package.json ./\nRUN npm install";
  return {
    template: "rails",
    values: {
      ruby: rubyVersion(tree),
      runtime: ["curl", "libjemalloc2", "libyaml-0-2", ...runtime].join(" "),
      libraries: libraries.join(" "),
      node,
      assets: hasPackages ? install : "",
      env: envLines(input),
      port: String(port),
      start: execForm(["./bin/rails", "server", "-b", "0.0.0.0", "-p", String(port)]),
    },
  };
}

/** The image of a program with a config.ru. */
export function planRubyImage(input: ImageInput): ImagePlan {
  const { tree, packages, port } = input;
  const puma = packages.ruby.has("puma");
  return {
    template: "ruby",
    values: {
      ruby: rubyVersion(tree),
      libraries: databaseLibraries(input).libraries.join(" "),
      manifests: ["Gemfile", ...["Gemfile.lock", ".ruby-version"].filter((file) => tree.has(file))].join(" "),
      env: envLines(input),
      volume: volumeLine(input, "app"),
      port: String(port),
      start: execForm(
        puma
          ? ["bundle", "exec", "puma", "--bind", `tcp://0.0.0.0:${port}`]
          : ["bundle", "exec", "rackup", "--host", "0.0.0.0", "--port", String(port)],
      ),
    },
  };
}

function databaseLibraries({ packages }: ImageInput): { libraries: string[]; runtime: string[] } {
  const { ruby } = packages;
  return {
    libraries: [
      ...(ruby.has("pg") ? ["libpq-dev"] : []),
      ...(ruby.has("mysql2") ? ["default-libmysqlclient-dev"] : []),
      ...(ruby.has("sqlite3") ? ["libsqlite3-dev"] : []),
    ],
    runtime: [
      ...(ruby.has("pg") ? ["libpq5"] : []),
      ...(ruby.has("mysql2") ? ["libmariadb3"] : []),
      ...(ruby.has("sqlite3") ? ["libsqlite3-0"] : []),
    ],
  };
}

function rubyVersion(tree: SourceTree): string {
  const inGemfile = /^ruby\s{1,4}["']([^"']{1,30})["']/mu.exec(tree.text("Gemfile") ?? "")?.[1];
  return minorVersion(tree.text(".ruby-version") ?? inGemfile ?? "", NEWEST, OLDEST_MINOR);
}
