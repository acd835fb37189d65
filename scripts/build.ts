// Bundles src into dist, twice: the command line, with one entry for each command so that each loads only what it uses;
// and the planet's programs, which run in an image that has no node_modules but koffi. The code stays readable: stack
// traces of users are worth more than bytes.
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { type OutputOptions, rolldown } from "rolldown";
import { lazyRequires } from "./build/lazy-requires.ts";
import { plainBuiltins } from "./build/plain-builtins.ts";
import { replacedModules } from "./build/replaced-modules.ts";

const root = path.join(import.meta.dirname, "..");
const startedAt = performance.now();

/** What stays in node_modules: native code, and what is used once in a blue moon. */
const EXTERNAL = ["koffi", /^keytar/, "@oclif/plugin-not-found", "react-devtools-core"];

/** Modules of every command, put into one file: finding and opening a file costs more than reading it. */
const CORE =
  /src\/(errors\/|platform\/(clock|signals|terminal)\.ts|cli\/(base-command|context|manifest|oclif|lean-config|package-json|flags\/(planet|yes))\.ts)/;

/** What turns a fly.toml without problems into a configuration. Its commands read nothing else of src/project. */
const APP_CONFIG =
  /src\/project\/(read-app-config|build-app-config|parse-lazily|region-counts|values|duration|memory-size|merge-tables|shell-words|guest|machine-source|problem|finding|check-\w+|rules\/\w+|schema\/\w+|sections\/\w+|text\/(document|toml))\.ts|@iarna\/toml/;

/** What each command loads that asks a planet something, and what it then asks it with. */
const ACCESS =
  /src\/(cli\/(api-command|app-context|machines-context|planet-context|target-context)|operations\/deploy\/execute\/(machines|planet)-fleet|platform\/(files|state-dir)|contract\/creation-key)\.ts/;
const CLIENT =
  /node_modules\/zod\/|src\/(client\/(machines\/|machines-client|planet-client|planet-releases)|contract\/(apps|machine|machine-config|planet|ports|probe|region-code|release|secrets)\.ts|operations\/planet\/planet-(access|home)|platform\/(host-routes|http-fetch)\.ts)/;
/** What a deploy loads before the image is built, and while it is built. */
const DEPLOY =
  /src\/(cli\/(deploy-context|deployer|planned-command|show-progress|progress|docker-config)|operations\/(deploy\/(?!fly\/|plan\/read-plan)|config\/(load|find)|progress)|platform\/(docker-build|docker-builders|build-failure|build-progress|builder-memory|docker-socket|git-state|exec))/;

const PLANET: Readonly<Record<string, string>> = {
  control: "src/emulator/processes/control.ts",
  wan: "src/emulator/processes/wan.ts",
  edge: "src/emulator/processes/edge.ts",
  "packet-worker": "src/emulator/wan/packet-worker.ts",
};

// Built beside and swapped in, so that a command that starts meanwhile finds the old program or the new one.
const dist = path.join(root, "dist");
const fresh = path.join(root, ".cache", `build-${process.pid}`);
mkdirSync(fresh, { recursive: true });
const written = (
  await Promise.all([bundle(commandLine(), fresh), bundle(planet(), path.join(fresh, "planet"))])
).flat();
const old = `${fresh}-old`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
process.stdout.write(`build: ${written.length} files in dist in ${Math.round(performance.now() - startedAt)} ms\n`);

function commandLine(): Record<string, string> {
  const files = globSync(["src/commands/**/*.ts", "src/cli/hooks/*.ts"], { cwd: root });
  const entries = files.map((file) => [file.replace(/^src\/(cli\/)?/, "").replace(/\.ts$/, ""), file]);
  return { main: "src/cli/main.ts", ...Object.fromEntries(entries) };
}

function planet(): Record<string, string> {
  const missing = Object.values(PLANET).filter((file) => !existsSync(path.join(root, file)));
  for (const file of missing) process.stderr.write(`build: there is no ${file}; the planet will lack it\n`);
  return Object.fromEntries(Object.entries(PLANET).filter(([, file]) => !missing.includes(file)));
}

async function bundle(input: Record<string, string>, dir: string): Promise<string[]> {
  if (Object.keys(input).length === 0) return [];
  const output: OutputOptions = {
    dir,
    format: "esm",
    entryFileNames: "[name].js",
    // .mjs: for .js Node looks for a package.json that says what it is, in every folder up to the root, at each start.
    chunkFileNames: "chunks/[name]-[hash].mjs",
    codeSplitting: {
      groups: [
        { name: "core", test: CORE },
        { name: "app-config", test: APP_CONFIG },
        { name: "access", test: ACCESS },
        { name: "client", test: CLIENT },
        { name: "deploy", test: DEPLOY },
      ],
    },
    comments: { annotation: false, legal: true, jsdoc: false },
  };
  const build = await rolldown({
    cwd: root,
    input,
    platform: "node",
    external: EXTERNAL,
    checks: { eval: false }, // @iarna/toml tries one, and does without it
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
    plugins: [replacedModules(), lazyRequires(), plainBuiltins()],
  });
  const result = await build.write(output);
  await build.close();
  return result.output.map((file) => file.fileName);
}
