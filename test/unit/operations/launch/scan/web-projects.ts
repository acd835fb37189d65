// Layouts of real projects in JavaScript and TypeScript, rebuilt as small as they can be.
import type { ProjectCase } from "./project-case.ts";

const json = (value: object): string => JSON.stringify(value);
const pkg = (
  dependencies: readonly string[],
  scripts: Readonly<Record<string, string>> = {},
  more: object = {},
): string => json({ scripts, dependencies: Object.fromEntries(dependencies.map((name) => [name, "1.0.0"])), ...more });
const BUILD = { build: "build", start: "start" };

export const WEB_PROJECTS: readonly ProjectCase[] = [
  {
    name: "next, from create-next-app",
    files: {
      "package.json": pkg(["next", "react"], BUILD),
      "package-lock.json": "{}",
      "next.config.ts": "export default {}",
      "app/page.tsx": "",
    },
    expect: {
      framework: "Next.js",
      source: "next in package.json",
      port: 3_000,
      template: "node",
      start: ["node_modules/.bin/next", "start", "-p", "3000"],
      dockerfile: [/npm ci --include=dev/, /npm run build/],
    },
  },
  {
    name: "next with a standalone folder, pnpm, a health route and Prisma on Postgres",
    files: {
      "package.json": pkg(["next", "prisma", "@prisma/client", "pg"], BUILD, { packageManager: "pnpm@9.1.0" }),
      "pnpm-lock.yaml": "",
      "next.config.mjs": 'export default { output: "standalone" }',
      "app/api/health/route.ts": "",
      "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}',
      "prisma/migrations/1_init/migration.sql": "",
      ".env.example": "DATABASE_URL=\nNEXT_PUBLIC_KEY=x\nPORT=1\n# AUTH_SECRET=\nAUTH_SECRET=",
    },
    expect: {
      framework: "Next.js",
      port: 3_000,
      template: "next-standalone",
      health: "/api/health",
      databases: ["Postgres"],
      secrets: ["DATABASE_URL", "AUTH_SECRET"],
      release: "npx prisma migrate deploy",
      dockerfile: [
        /npm install --global pnpm@9/,
        /pnpm install --prod=false --frozen-lockfile/,
        /COPY prisma/,
        /apt-get install .*openssl/,
        /npx prisma generate/,
      ],
    },
  },
  {
    name: "remix with its own server, SQLite through Prisma",
    files: {
      "package.json": pkg(["@remix-run/serve", "@remix-run/node", "prisma"], {
        ...BUILD,
        start: "remix-serve build/server/index.js",
      }),
      "prisma/schema.prisma": 'datasource db { provider = "sqlite"\n url = env("DATABASE_URL") }',
    },
    expect: {
      framework: "Remix",
      port: 3_000,
      databases: ["SQLite"],
      volume: "/data",
      env: { DATABASE_URL: "file:/data/sqlite.db" },
      start: ["node_modules/.bin/remix-serve", "./build/server/index.js"],
    },
  },
  {
    name: "react-router in framework mode",
    files: {
      "package.json": pkg(["@react-router/serve", "react-router"], BUILD),
      "react-router.config.ts": "",
      "vite.config.ts": "",
    },
    expect: {
      framework: "React Router",
      port: 3_000,
      start: ["node_modules/.bin/react-router-serve", "./build/server/index.js"],
    },
  },
  {
    name: "nuxt with modern yarn",
    files: {
      "package.json": pkg(["nuxt"], { build: "nuxt build", postinstall: "nuxt prepare" }),
      "yarn.lock": "",
      ".yarnrc.yml": "nodeLinker: node-modules",
      "server/api/health.get.ts": "",
    },
    expect: {
      framework: "Nuxt",
      port: 3_000,
      health: "/api/health",
      start: ["node", ".output/server/index.mjs"],
      dockerfile: [/corepack enable/, /COPY \. \.\//, /yarn install --immutable/],
    },
  },
  {
    name: "sveltekit on Node",
    files: {
      "package.json": json({
        scripts: { build: "vite build" },
        devDependencies: { "@sveltejs/kit": "2", "@sveltejs/adapter-node": "5", vite: "6" },
      }),
      "svelte.config.js": "",
    },
    expect: { framework: "SvelteKit", port: 3_000, template: "node", start: ["node", "build"], notes: 0 },
  },
  {
    name: "sveltekit as files",
    files: {
      "package.json": json({
        scripts: { build: "vite build" },
        devDependencies: { "@sveltejs/kit": "2", "@sveltejs/adapter-static": "3" },
      }),
    },
    expect: {
      framework: "SvelteKit",
      port: 8_080,
      health: "/",
      template: "node-static",
      dockerfile: [/COPY --from=build \/app\/build \/srv/],
    },
  },
  {
    name: "sveltekit with the adapter that decides later",
    files: { "package.json": pkg(["@sveltejs/kit", "@sveltejs/adapter-auto"], BUILD) },
    expect: { framework: "SvelteKit", port: 3_000, notes: 1 },
  },
  {
    name: "astro with pages made on request",
    files: { "package.json": pkg(["astro", "@astrojs/node"], { build: "astro build" }), "src/pages/health.ts": "" },
    expect: {
      framework: "Astro",
      port: 4_321,
      health: "/health",
      start: ["node", "./dist/server/entry.mjs"],
      dockerfile: [/ENV HOST=0\.0\.0\.0/],
    },
  },
  {
    name: "astro as files",
    files: { "package.json": pkg(["astro"], { build: "astro build" }) },
    expect: {
      framework: "Astro",
      port: 8_080,
      template: "node-static",
      health: "/",
      dockerfile: [/\/app\/dist \/srv/],
    },
  },
  {
    name: "nest",
    files: {
      "package.json": pkg(["@nestjs/core", "express"], {
        build: "nest build",
        start: "nest start",
        "start:prod": "node dist/main",
      }),
      "src/main.ts": "await app.listen(process.env.PORT ?? 3333);",
    },
    expect: { framework: "NestJS", port: 3_333, start: ["node", "dist/main"] },
  },
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
