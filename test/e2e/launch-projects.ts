// Small projects as people have them, one for each way in which launch makes an image that can be built here.

export interface GeneratedProject {
  /** Name of the folder, and so of the app. */
  readonly name: string;
  readonly framework: string;
  readonly files: Readonly<Record<string, string>>;
  /** Path to a part of what is answered there. */
  readonly answers: Readonly<Record<string, string>>;
}

const json = (value: object): string => JSON.stringify(value, null, 2);

export const GENERATED_PROJECTS: readonly GeneratedProject[] = [
  {
    name: "express-shop",
    framework: "Express",
    files: {
      "package.json": json({ scripts: { start: "node server.js" }, dependencies: { express: "^5.1.0" } }),
      "server.js": `const express = require("express");
const app = express();
app.get("/health", (request, response) => response.send("ok"));
app.get("/", (request, response) => response.send("express in " + process.env.NODE_ENV));
app.listen(process.env.PORT || 3000);
`,
    },
    answers: { "/": "express in production", "/health": "ok" },
  },
  {
    name: "built-node",
    framework: "Node.js",
    files: {
      "package.json": json({ type: "module", scripts: { build: "node build.js", start: "node dist/index.js" } }),
      "build.js": `import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("dist", { recursive: true });
const program = 'import { createServer } from "node:http"; createServer((q, s) => s.end("built as " + process.getuid())).listen(process.env.PORT);';
writeFileSync("dist/index.js", program);
`,
    },
    answers: { "/": "built as 1000" },
  },
  {
    name: "deno-notes",
    framework: "Deno",
    files: {
      "deno.json": json({ tasks: { start: "deno run --allow-net --allow-env main.ts" } }),
      "main.ts":
        'Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000) }, () => new Response("deno " + Deno.version.deno));\n',
    },
    answers: { "/": "deno 2." },
  },
  {
    name: "bun-api",
    framework: "Bun",
    files: {
      "package.json": json({ module: "index.ts", scripts: { start: "bun run index.ts" } }),
      "index.ts": 'Bun.serve({ port: Bun.env.PORT ?? 3000, fetch: () => new Response("bun " + Bun.version) });\n',
    },
    answers: { "/": "bun 1." },
  },
  {
    name: "plain-site",
    framework: "static site",
    files: { "index.html": "<h1>plain</h1>", "about.html": "<h1>about</h1>", ".env": "SECRET=1" },
    answers: { "/": "<h1>plain</h1>", "/about": "<h1>about</h1>" },
  },
  {
    name: "vite-app",
    framework: "Vite",
    files: {
      "package.json": json({ scripts: { build: "vite build" }, devDependencies: { vite: "^7.0.0" } }),
      "index.html": '<div id="app"></div><script type="module" src="/main.js"></script>',
      "main.js": 'document.querySelector("#app").textContent = "vite";',
    },
    answers: { "/": "/assets/index-", "/some/route": "/assets/index-" },
  },
];
