#!/usr/bin/env node
// Runs the commands straight from src by Node's type stripping: no build, no manifest. Node cannot strip JSX, so ink
// views are transformed by the bundler's own transformer on the way in.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith(".tsx")) return nextLoad(url, context);
    const file = fileURLToPath(url);
    const { code } = transformSync(file, readFileSync(file, "utf8"), { jsx: { runtime: "automatic" } });
    return { format: "module", shortCircuit: true, source: code };
  },
});

const { transformSync } = await import("rolldown/utils");
const { main } = await import("../src/cli/main.ts");
await main(process.argv.slice(2), fileURLToPath(new URL("..", import.meta.url)), { fromSource: true });
