#!/usr/bin/env node
// The executable. Old versions of Node must be able to parse it, so that they can at least say what is wrong. Answers for
// the version are given here, before anything else is loaded. Node's own modules are taken by getBuiltinModule, because
// importing node:fs makes Node load all of its streams: a tenth of the whole start.
const argv = process.argv.slice(2);
const nodeVersion = process.versions.node.split(".").map(Number);

if (nodeVersion[0] < 22 || (nodeVersion[0] === 22 && nodeVersion[1] < 18)) {
  refuseOldNode();
} else if (["--version", "-v", "version"].includes(argv[0]) && argv.slice(1).every((word) => word === "--json")) {
  printVersion();
} else {
  process.getBuiltinModule("node:module").enableCompileCache(compileCacheDir());
  import("../dist/main.js").then(({ main }) => main(argv, rootDir()), reportMissingBuild);
}

function rootDir() {
  return process.getBuiltinModule("node:path").dirname(import.meta.dirname);
}

// Compiled code is kept between runs, in a folder of the user's own: the default under /tmp belongs to whoever came first,
// and anybody could put code there. Where the folder cannot be written, Node goes on without it.
function compileCacheDir() {
  const { HOME, NODE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env;
  if (NODE_COMPILE_CACHE || (!XDG_CACHE_HOME && !HOME)) return NODE_COMPILE_CACHE || undefined;
  return `${XDG_CACHE_HOME || `${HOME}/.cache`}/hangar/compile`;
}

function refuseOldNode() {
  const message = `Node.js ${process.versions.node} is too old for Hangar: it needs 22.18 or newer`;
  const suggestion = "install a current Node.js from https://nodejs.org, or put one first in PATH";
  if (argv.includes("--json")) {
    const error = { code: "NODE_TOO_OLD", message, suggestions: [suggestion] };
    process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
  } else {
    process.stderr.write(`Error: ${message}\nCode: NODE_TOO_OLD\nTry this: ${suggestion}\n`);
  }
  process.exitCode = 69;
}

function printVersion() {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { version } = JSON.parse(readFileSync(`${rootDir()}/package.json`, "utf8"));
  const platform = `${process.platform}-${process.arch}`;
  const facts = { version, platform, node: process.versions.node };
  const text = `hangar/${version} ${platform} node-${process.version}`;
  process.stdout.write(`${argv.includes("--json") ? JSON.stringify(facts, null, 2) : text}\n`);
}

function reportMissingBuild(error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes("main.js")) throw error;
  process.stderr.write("Error: Hangar has not been built\nCode: INTERNAL\nTry this: npm run build\n");
  process.exitCode = 70;
}
