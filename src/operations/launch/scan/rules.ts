// The frameworks that a launch knows, as data: in the order in which they are tried, with what has to be there. The first rule
// whose evidence is complete wins, so the particular stand before the general.
import type { Ecosystem } from "./packages.ts";

/** Something to find in a project. */
export type Evidence =
  | { readonly package: string; readonly of: Ecosystem }
  /** A file whose path fits. */
  | { readonly file: RegExp }
  /** A file whose text fits. */
  | { readonly file: RegExp; readonly says: RegExp }
  /** A script of package.json. */
  | { readonly script: RegExp; readonly says?: RegExp };

export type Family =
  | "node"
  | "node-static"
  | "bun"
  | "deno"
  | "python"
  | "rails"
  | "ruby"
  | "elixir"
  | "laravel"
  | "php"
  | "go"
  | "rust"
  | "dotnet"
  | "java"
  | "static";

export interface Rule {
  readonly id: string;
  /** Name for people. */
  readonly title: string;
  /** What decides how it is built. */
  readonly family: Family;
  /** Every one has to be there; the first is named as the reason. */
  readonly needs: readonly Evidence[];
  /** None of them may be there. */
  readonly not?: readonly Evidence[];
  /** Port where the project does not say. */
  readonly port: number;
  /** Folder of the finished files, for what is built into files only. */
  readonly output?: string;
  /** Words that start it, where the framework has a way of its own. `{port}` is replaced. */
  readonly start?: readonly string[];
  /** Variables that make it listen on all addresses. */
  readonly env?: Readonly<Record<string, string>>;
  readonly killSignal?: string;
}

const npm = (name: string): Evidence => ({ package: name, of: "npm" });
const bin = (name: string): string => `node_modules/.bin/${name}`;
const BUN_LOCK: Evidence = { file: /^(?:bun\.lockb?|bunfig\.toml)$/u };
const BUN_SCRIPT: Evidence = { script: /^(?:start|dev)$/u, says: /^bun(?:\s|$)/u };
const PACKAGE: Evidence = { file: /^package\.json$/u };
const python = (name: string): Evidence => ({ package: name, of: "python" });
const GRACEFUL = { killSignal: "SIGTERM" } as const;

export const RULES: readonly Rule[] = [
  // Projects whose package.json only builds assets come before everything of JavaScript.
  {
    id: "django",
    title: "Django",
    family: "python",
    needs: [python("django"), { file: /^(?:[^/]+\/)?manage\.py$/u }],
    port: 8_000,
    ...GRACEFUL,
  },
  {
    id: "laravel",
    title: "Laravel",
    family: "laravel",
    needs: [{ file: /^artisan$/u }, { package: "laravel/framework", of: "php" }],
    port: 8_080,
  },
  {
    id: "phoenix",
    title: "Phoenix",
    family: "elixir",
    needs: [{ package: "phoenix", of: "elixir" }],
    port: 8_080,
    ...GRACEFUL,
  },
  { id: "rails", title: "Rails", family: "rails", needs: [{ package: "rails", of: "ruby" }], port: 3_000 },
  {
    id: "deno-fresh",
    title: "Fresh",
    family: "deno",
    needs: [{ file: /^deno\.jsonc?$/u, says: /"(?:\$fresh\/|fresh"|@fresh\/core|jsr:@fresh)/u }],
    port: 8_000,
  },
  {
    id: "deno",
    title: "Deno",
    family: "deno",
    needs: [{ file: /^deno\.jsonc?$/u }],
    not: [{ script: /^(?:start|build)$/u }],
    port: 8_000,
  },
  // Servers of frameworks
  {
    id: "next",
    title: "Next.js",
    family: "node",
    needs: [npm("next")],
    port: 3_000,
    start: [bin("next"), "start", "-p", "{port}"],
    env: { HOSTNAME: "0.0.0.0" },
  },
  {
    id: "react-router",
    title: "React Router",
    family: "node",
    needs: [npm("@react-router/serve")],
    port: 3_000,
    start: [bin("react-router-serve"), "./build/server/index.js"],
  },
  {
    id: "remix",
    title: "Remix",
    family: "node",
    needs: [npm("@remix-run/serve")],
    port: 3_000,
    start: [bin("remix-serve"), "./build/server/index.js"],
  },
  { id: "remix", title: "Remix", family: "node", needs: [npm("@remix-run/node")], port: 3_000 },
  {
    id: "nuxt",
    title: "Nuxt",
    family: "node",
    needs: [npm("nuxt")],
    port: 3_000,
    start: ["node", ".output/server/index.mjs"],
    env: { HOST: "0.0.0.0" },
  },
  {
    id: "sveltekit",
    title: "SvelteKit",
    family: "node-static",
    needs: [npm("@sveltejs/kit"), npm("@sveltejs/adapter-static")],
    port: 8_080,
    output: "build",
  },
  {
    id: "sveltekit",
    title: "SvelteKit",
    family: "node",
    needs: [npm("@sveltejs/kit")],
    port: 3_000,
    start: ["node", "build"],
  },
  {
    id: "astro",
    title: "Astro",
    family: "node",
    needs: [npm("astro"), npm("@astrojs/node")],
    port: 4_321,
    start: ["node", "./dist/server/entry.mjs"],
    env: { HOST: "0.0.0.0" },
  },
  { id: "astro", title: "Astro", family: "node-static", needs: [npm("astro")], port: 8_080, output: "dist" },
  {
    id: "nest",
    title: "NestJS",
    family: "node",
    needs: [npm("@nestjs/core")],
    port: 3_000,
    start: ["node", "dist/main.js"],
  },
  // Bun as the runtime, named by its lock file or by the start script
  { id: "bun-hono", title: "Hono on Bun", family: "bun", needs: [npm("hono"), BUN_LOCK], port: 3_000 },
  { id: "bun-elysia", title: "Elysia on Bun", family: "bun", needs: [npm("elysia")], port: 3_000 },
  {
    id: "bun",
    title: "Bun",
    family: "bun",
    needs: [BUN_LOCK, PACKAGE],
    not: [npm("vite"), npm("express"), npm("fastify")],
    port: 3_000,
  },
  { id: "bun", title: "Bun", family: "bun", needs: [BUN_SCRIPT], port: 3_000 },
  // Servers by library
  { id: "express", title: "Express", family: "node", needs: [npm("express")], port: 3_000 },
  { id: "fastify", title: "Fastify", family: "node", needs: [npm("fastify")], port: 3_000, env: { HOST: "0.0.0.0" } },
  { id: "hono", title: "Hono", family: "node", needs: [npm("hono"), npm("@hono/node-server")], port: 3_000 },
  ...[
    ["create-react-app", "Create React App", "react-scripts", "build"],
    ["gatsby", "Gatsby", "gatsby", "public"],
    ["docusaurus", "Docusaurus", "@docusaurus/core", "build"],
    ["eleventy", "Eleventy", "@11ty/eleventy", "_site"],
    ["vue-cli", "Vue CLI", "@vue/cli-service", "dist"],
  ].map(([id = "", title = "", name = "", output = ""]): Rule => ({
    id,
    title,
    family: "node-static",
    needs: [npm(name), { script: /^build$/u }],
    port: 8_080,
    output,
  })),
  {
    id: "vite",
    title: "Vite",
    family: "node-static",
    needs: [npm("vite"), { script: /^build$/u }],
    not: [{ script: /^start$/u, says: /^(?:node|tsx)\s/u }],
    port: 8_080,
    output: "dist",
  },
  { id: "node", title: "Node.js", family: "node", needs: [{ script: /^start$/u }], port: 3_000 },
  // Python
  { id: "fastapi", title: "FastAPI", family: "python", needs: [python("fastapi")], port: 8_000 },
  { id: "streamlit", title: "Streamlit", family: "python", needs: [python("streamlit")], port: 8_501 },
  { id: "flask", title: "Flask", family: "python", needs: [python("flask")], port: 8_080, ...GRACEFUL },
  {
    id: "python",
    title: "Python",
    family: "python",
    needs: [{ file: /^(?:requirements\.txt|pyproject\.toml|Pipfile)$/u }, { file: /^(?:main|app|server)\.py$/u }],
    port: 8_080,
    ...GRACEFUL,
  },
  // Others
  {
    id: "ruby",
    title: "Ruby (Rack)",
    family: "ruby",
    needs: [{ file: /^Gemfile$/u }, { file: /^config\.ru$/u }],
    port: 8_080,
  },
  { id: "elixir", title: "Elixir", family: "elixir", needs: [{ file: /^mix\.exs$/u }], port: 8_080, ...GRACEFUL },
  { id: "php", title: "PHP", family: "php", needs: [{ file: /^(?:public\/)?index\.php$/u }], port: 8_080 },
  { id: "go", title: "Go", family: "go", needs: [{ file: /^go\.mod$/u }], port: 8_080 },
  {
    id: "rocket",
    title: "Rocket",
    family: "rust",
    needs: [{ package: "rocket", of: "rust" }],
    port: 8_000,
    env: { ROCKET_ADDRESS: "0.0.0.0", ROCKET_PORT: "{port}" },
  },
  { id: "actix", title: "Actix Web", family: "rust", needs: [{ package: "actix-web", of: "rust" }], port: 8_080 },
  { id: "axum", title: "Axum", family: "rust", needs: [{ package: "axum", of: "rust" }], port: 3_000 },
  {
    id: "rust",
    title: "Rust",
    family: "rust",
    needs: [{ file: /^Cargo\.toml$/u, says: /^\[package\]/mu }],
    port: 8_080,
  },
  {
    id: "dotnet",
    title: "ASP.NET Core",
    family: "dotnet",
    needs: [{ file: /^(?:[^/]+\/){0,2}[^/]+\.csproj$/u, says: /Microsoft\.NET\.Sdk\.Web/u }],
    port: 8_080,
    env: { ASPNETCORE_HTTP_PORTS: "{port}" },
  },
  {
    id: "spring",
    title: "Spring Boot",
    family: "java",
    needs: [{ file: /^(?:pom\.xml|build\.gradle(?:\.kts)?)$/u, says: /org\.springframework\.boot/u }],
    port: 8_080,
    env: { SERVER_PORT: "{port}" },
  },
  {
    id: "java",
    title: "Java",
    family: "java",
    needs: [{ file: /^(?:pom\.xml|build\.gradle(?:\.kts)?)$/u }],
    port: 8_080,
  },
  {
    id: "static",
    title: "static site",
    family: "static",
    needs: [{ file: /^(?:(?:public|dist|build|out|_site|site|docs)\/)?index\.html$/u }],
    port: 8_080,
  },
];
