// Bundles src into dist: one entry for each command, so that a command loads only what it uses, in files few enough for a
// fast start. Readable code: stack traces of users are worth more than bytes.
import { existsSync, globSync, rmSync } from "node:fs";
import path from "node:path";
import { type OutputOptions, rolldown } from "rolldown";

const root = path.join(import.meta.dirname, "..");
const startedAt = performance.now();

const processes: Record<string, string> = {
  "planet/control": "src/emulator/processes/control.ts",
  "planet/wan": "src/emulator/processes/wan.ts",
  "planet/edge": "src/emulator/processes/edge.ts",
  "planet/packet-worker": "src/emulator/wan/packet-worker.ts",
};
const input: Record<string, string> = { main: "src/cli/main.ts" };
for (const file of globSync(["src/commands/**/*.ts", "src/cli/hooks/*.ts"], { cwd: root })) {
  input[file.replace(/^src\/(cli\/)?/, "").replace(/\.ts$/, "")] = file;
}
for (const [name, file] of Object.entries(processes)) {
  if (existsSync(path.join(root, file))) input[name] = file;
  else process.stderr.write(`build: ${file} does not exist, dist/${name}.js is left out\n`);
}

rmSync(path.join(root, "dist"), { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input,
  platform: "node",
  external: (id) => /^[^./]/.test(id) && !path.isAbsolute(id) && !/^@oclif\/core/.test(id) && false,
});
const output: OutputOptions = {
  dir: path.join(root, "dist"),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
};
const { output: files } = await bundle.write(output);
await bundle.close();
process.stdout.write(`build: ${files.length} files in dist in ${Math.round(performance.now() - startedAt)} ms\n`);
