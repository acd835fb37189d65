// Layouts of real projects in JavaScript and TypeScript that are no framework of pages, rebuilt as small as they can be.
import type { ProjectCase } from "./project-case.ts";

const json = (value: object): string => JSON.stringify(value);
const pkg = (
  dependencies: readonly string[],
  scripts: Readonly<Record<string, string>> = {},
  more: object = {},
): string => json({ scripts, dependencies: Object.fromEntries(dependencies.map((name) => [name, "1.0.0"])), ...more });
const BUILD = { build: "build", start: "start" };

export const SERVER_PROJECTS: readonly ProjectCase[] = [
  {
    name: "express with a health route, Redis and an old Node",
    files: {
      "package.json": pkg(["express", "ioredis"], { start: "node src/index.js" }, { engines: { node: "20.x" } }),
      "src/index.js":
        '// app.listen(9999)\nconst port = process.env.PORT || 5000;\napp.get("/health", ok);\napp.listen(port);',
    },
    expect: {
      framework: "Express",
      port: 5_000,
      health: "/health",
      databases: ["Redis"],
      start: ["node", "src/index.js"],
      dockerfile: [/FROM node:20-bookworm-slim/],
    },
  },
  {
    name: "express in TypeScript that is run by a development package",
    files: {
      "package.json": json({
        scripts: { start: "tsx src/server.ts" },
        dependencies: { express: "5" },
        devDependencies: { tsx: "4" },
      }),
      "src/server.ts": "app.listen(4100)",
    },
    expect: { framework: "Express", port: 4_100, start: ["npm", "run", "start"], dockerfileNot: [/npm prune/] },
  },
  {
    name: "express with a Procfile of two processes",
    files: {
      "package.json": pkg(["express", "bullmq"], { start: "node web.js" }),
      Procfile: "web: node web.js\nworker: node worker.js --queue all\nrelease: node migrate.js\n",
    },
    expect: {
      framework: "Express",
      port: 3_000,
      processes: { web: "node web.js", worker: "node worker.js --queue all" },
      release: "node migrate.js",
      databases: ["Redis"],
    },
  },
  {
    name: "fastify with yarn 1",
    files: {
      "package.json": pkg(["fastify"], { start: "node server.js" }),
      "yarn.lock": "",
      "server.js": "fastify.listen({ port: 3030, host: '0.0.0.0' })",
    },
    expect: { framework: "Fastify", port: 3_030, dockerfile: [/yarn install --production=false --frozen-lockfile/] },
  },
  {
    name: "hono on Node",
    files: {
      "package.json": pkg(["hono", "@hono/node-server"], { start: "node dist/index.js", build: "tsc" }),
      "src/index.ts": "serve({ fetch: app.fetch, port: 3001 })",
    },
    expect: { framework: "Hono", port: 3_001, start: ["node", "dist/index.js"] },
  },
  {
    name: "node without a framework",
    files: { "package.json": pkg([], { start: "node index.js" }), "index.js": "createServer(f).listen(4444)" },
    expect: {
      framework: "Node.js",
      source: 'script "start" in package.json',
      port: 4_444,
      start: ["node", "index.js"],
    },
  },
  {
    name: "vite as files",
    files: {
      "package.json": json({ scripts: { dev: "vite", build: "vite build" }, devDependencies: { vite: "7" } }),
      "index.html": "",
      "src/main.ts": "",
    },
    expect: {
      framework: "Vite",
      port: 8_080,
      template: "node-static",
      health: "/",
      dockerfile: [/FROM caddy:2/, /\/app\/dist \/srv/],
    },
  },
  {
    name: "create-react-app",
    files: {
      "package.json": pkg(["react-scripts"], { start: "react-scripts start", build: "react-scripts build" }),
      "public/index.html": "",
    },
    expect: {
      framework: "Create React App",
      port: 8_080,
      health: "/",
      template: "node-static",
      dockerfile: [/\/app\/build \/srv/],
    },
  },
  {
    name: "bun with its own server and the text lock file",
    files: {
      "package.json": pkg([], {}, { module: "index.ts" }),
      "bun.lock": "{}",
      "index.ts": "Bun.serve({ port: Bun.env.PORT ?? 3100 })",
    },
    expect: {
      framework: "Bun",
      source: "bun.lock",
      port: 3_100,
      template: "bun",
      start: ["bun", "run", "index.ts"],
      dockerfile: [/bun install --frozen-lockfile/],
    },
  },
  {
    name: "hono on Bun with the binary lock file",
    files: {
      "package.json": pkg(["hono"], { start: "bun run src/index.ts" }),
      "bun.lockb": "",
      "src/index.ts": "export default app",
    },
    expect: { framework: "Hono on Bun", port: 3_000, start: ["bun", "run", "src/index.ts"] },
  },
  {
    name: "next with packages installed by Bun still runs on Node",
    files: { "package.json": pkg(["next"], BUILD), "bun.lock": "" },
    expect: {
      framework: "Next.js",
      port: 3_000,
      template: "node",
      dockerfile: [/npm install --global bun@1/, /bun run build/],
    },
  },
  {
    name: "deno with a start task",
    files: {
      "deno.json": '{ "tasks": { "start": "deno run --allow-net main.ts" } }',
      "main.ts": "Deno.serve({ port: 8123 }, f)",
    },
    expect: { framework: "Deno", port: 8_123, template: "deno", start: ["deno", "run", "--allow-net", "main.ts"] },
  },
  {
    name: "deno with comments in its configuration",
    files: { "deno.jsonc": '{ // "tasks": {}\n "imports": { "a": "https://x/y", }, }', "server.ts": "" },
    expect: {
      framework: "Deno",
      port: 8_000,
      start: ["deno", "run", "--allow-net", "--allow-env", "--allow-read", "server.ts"],
    },
  },
  {
    name: "fresh",
    files: {
      "deno.json":
        '{ "imports": { "fresh": "jsr:@fresh/core@^2" }, "tasks": { "build": "vite build", "start": "deno serve -A _fresh/server.js" } }',
      "main.ts": "",
    },
    expect: {
      framework: "Fresh",
      port: 8_000,
      start: ["deno", "serve", "-A", "_fresh/server.js"],
      dockerfile: [/RUN deno task build/],
    },
  },
  {
    name: "a static site at the root",
    files: { "index.html": "<h1>", "style.css": "" },
    expect: { framework: "static site", port: 8_080, health: "/", template: "static", dockerfile: [/COPY \. \/srv/] },
  },
  {
    name: "a static site in a folder",
    files: { "public/index.html": "<h1>", Makefile: "" },
    expect: {
      framework: "static site",
      source: "public/index.html",
      port: 8_080,
      health: "/",
      dockerfile: [/COPY public \/srv/],
    },
  },
];
