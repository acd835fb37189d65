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
];
