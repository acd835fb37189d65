// Bundles src into dist: one entry for each command, so that a command loads only what it uses, in files few enough for a
// fast start. Readable code: stack traces of users are worth more than bytes.
import { existsSync, globSync, rmSync } from "node:fs";
import path from "node:path";
import { type OutputOptions, rolldown } from "rolldown";
import { lazyRequires } from "./build/lazy-requires.ts";
import { replacedModules } from "./build/replaced-modules.ts";

const root = path.join(import.meta.dirname, "..");
const startedAt = performance.now();

/** What stays in node_modules: packages with native code, and those that read files of their own beside their code. */
const EXTERNAL = ["koffi", "keytar", "ssh2", "@grpc/grpc-js", "@grpc/proto-loader", "protobufjs", "@oclif/plugin-not-found"];

const output: OutputOptions = {
  dir: path.join(root, "dist"),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
  comments: { annotation: false, legal: true, jsdoc: false },
};

rmSync(path.join(root, "dist"), { recursive: true, force: true });
const files = await bundleEntries();
process.stdout.write(`build: ${files} files in dist in ${Math.round(performance.now() - startedAt)} ms\n`);

function entries(): Record<string, string> {
  const input: Record<string, string> = { main: "src/cli/main.ts" };
  for (const file of globSync(["src/commands/**/*.ts", "src/cli/hooks/*.ts"], { cwd: root })) {
    input[file.replace(/^src\/(cli\/)?/, "").replace(/\.ts$/, "")] = file;
  }
  const planet: Record<string, string> = {
    "planet/control": "src/emulator/processes/control.ts",
    "planet/wan": "src/emulator/processes/wan.ts",
    "planet/edge": "src/emulator/processes/edge.ts",
    "planet/packet-worker": "src/emulator/wan/packet-worker.ts",
  };
  for (const [name, file] of Object.entries(planet)) {
    if (existsSync(path.join(root, file))) input[name] = file;
    else process.stderr.write(`build: there is no ${file}, dist/${name}.js is left out\n`);
  }
  return input;
}

async function bundleEntries(): Promise<number> {
  const bundle = await rolldown({
    cwd: root,
    input: entries(),
    platform: "node",
    external: EXTERNAL,
    plugins: [replacedModules(), lazyRequires()],
  });
  const { output: written } = await bundle.write(output);
  await bundle.close();
  return written.length;
}
