// Pure: single facts about a project, each with the file that tells it.
import type { Sourced } from "../launch-plan.ts";
import type { Database } from "./detection.ts";
import type { Packages } from "./packages.ts";
import type { SourceTree } from "./source-tree.ts";

/** Files in which programs begin. */
const ENTRY =
  /^(?:src\/|server\/|app\/|api\/|cmd\/[^/]+\/|config\/)?(?:index|main|server|app|application|bootstrap|wsgi|asgi|settings|routes|puma)\.(?:[cm]?[jt]s|py|go|rs|rb|php)$/u;
const CODE_ENTRIES = 20;

const PORTS: readonly RegExp[] = [
  /(?:process\.env|Bun\.env)(?:\.PORT|\["PORT"\])[\s)]{0,4}(?:\|\||\?\?)\s{0,4}["']?(\d{2,5})\b/u,
  /env\.get\(["']PORT["']\)[\s)]{0,4}(?:\|\||\?\?)\s{0,4}["']?(\d{2,5})\b/u,
  /(?:environ\.get|getenv)\(\s{0,4}["']PORT["']\s{0,4},\s{0,4}["']?(\d{2,5})\b/u,
  /ENV\.fetch\(\s{0,4}["']PORT["']\s{0,4}[,)][\s{]{0,4}["']?(\d{2,5})\b/u,
  /\.listen\(\s{0,4}(?:\{\s{0,4}port:\s{0,4})?(\d{4,5})\b/u,
  /\bserve\([^;]{0,120}?port:\s{0,4}(\d{4,5})\b/u,
  /(?:ListenAndServe|\.Run|\.Start|Listen)\(\s{0,4}"[^":]{0,40}:(\d{4,5})"/u,
  /(?:bind|TcpListener::bind)\(\s{0,4}"[^":]{1,40}:(\d{4,5})"/u,
  /\b(?:const|let|var|static)?\s{0,4}(?:PORT|port)\s{0,4}(?::\s{0,4}\w{1,10})?\s{0,4}:?=\s{0,4}["']?(\d{4,5})\b/u,
];

/** The port that the code itself names. */
export function findPort(tree: SourceTree): Sourced<number> | undefined {
  const entries = [...tree.matching(ENTRY)].slice(0, CODE_ENTRIES);
  for (const path of entries) {
    const text = withoutLineComments(tree.text(path) ?? "");
    for (const pattern of PORTS) {
      const port = Number(pattern.exec(text)?.[1] ?? 0);
      if (port >= 80 && port <= 65_535) return { value: port, source: path };
    }
  }
  const spring = tree.first(["src/main/resources/application.properties", "src/main/resources/application.yml"]);
  const named = /^server\.port\s{0,4}=\s{0,4}(\d{2,5})|^server:\s{0,4}\n\s{1,8}port:\s{0,4}(\d{2,5})/mu.exec(
    tree.text(spring ?? "") ?? "",
  );
  const port = Number(named?.[1] ?? named?.[2] ?? 0);
  return spring === undefined || port === 0 ? undefined : { value: port, source: spring };
}

const HEALTH_FILES: readonly (readonly [pattern: RegExp, path: (match: RegExpExecArray) => string])[] = [
  [/^(?:src\/)?app\/((?:api\/)?(?:health|healthz|up|ping))\/route\.[jt]sx?$/u, (match) => `/${match[1]}`],
  [/^(?:src\/)?pages\/(api\/(?:health|healthz|ping))\.[jt]sx?$/u, (match) => `/${match[1]}`],
  [/^src\/routes\/((?:api\/)?(?:health|healthz|up))\/\+server\.[jt]s$/u, (match) => `/${match[1]}`],
  [/^src\/pages\/((?:api\/)?(?:health|healthz|up))\.[jt]s$/u, (match) => `/${match[1]}`],
  [/^app\/routes\/(health|healthz|up)(?:check)?\.[jt]sx?$/u, (match) => `/${match[1]}`],
  [/^server\/(?:routes\/|(api\/))(health|healthz|up)(?:\.get)?\.[jt]s$/u, (match) => `/${match[1] ?? ""}${match[2]}`],
];
/** Paths that a program answers, as far as it is the program's root that they hang on: other routers may have a prefix. */
const HEALTH_ROUTE =
  /(?:\b(?:app|server|fastify|r|e|mux|http)\.(?:get|all|route|use|GET|Get|HandleFunc|Handle|MapGet)\(|\bHandleFunc\(|\.route\(|#\[get\(|===?|\bcase|^\s{0,16}get)[\s(]{0,4}["'`](?:GET )?(\/(?:api\/)?(?:health|healthz|healthcheck|health-check|_health|livez|readyz|up|ping))\/?["'`]/mu;

/** A path that answers whether the program is well. */
export function findHealthPath(tree: SourceTree, packages: Packages): Sourced<string> | undefined {
  if (/rails\/health#show/u.test(tree.text("config/routes.rb") ?? ""))
    return { value: "/up", source: "config/routes.rb" };
  if (packages.jvm.has("spring-boot-starter-actuator"))
    return {
      value: "/actuator/health",
      source: `spring-boot-starter-actuator in ${packages.jvm.get("spring-boot-starter-actuator")?.file}`,
    };
  if (packages.python.has("streamlit")) return { value: "/_stcore/health", source: "Streamlit's own" };
  for (const path of tree.paths) {
    for (const [pattern, toPath] of HEALTH_FILES) {
      const match = pattern.exec(path);
      if (match !== null) return { value: toPath(match), source: path };
    }
  }
  const code = tree
    .matching(/\.(?:[cm]?[jt]s|py|go|rs|rb|exs?|php)$/u)
    .filter((path) => !/(?:^|[/._-])(?:tests?|spec)[/._-]/u.test(path));
  for (const path of code) {
    const route = HEALTH_ROUTE.exec(withoutLineComments(tree.text(path) ?? ""))?.[1];
    if (route !== undefined) return { value: route, source: path };
  }
  return undefined;
}

/** The process types of a Procfile. */
export function readProcfile(tree: SourceTree): ReadonlyMap<string, string> {
  const entries = (tree.text("Procfile") ?? "").split("\n").flatMap((line) => {
    const [, name, command] = /^([A-Za-z][\w-]{0,62}):[ \t]{0,8}(\S.{0,500})$/u.exec(line.trimEnd()) ?? [];
    return name === undefined || command === undefined ? [] : [[name, command] as const];
  });
  return new Map(entries);
}

const DRIVERS: readonly (readonly [database: Database, ecosystem: keyof Packages, names: readonly string[]])[] = [
  ["Postgres", "npm", ["pg", "postgres", "@prisma/adapter-pg", "@neondatabase/serverless"]],
  ["Postgres", "python", ["psycopg", "psycopg2", "psycopg2-binary", "asyncpg"]],
  ["Postgres", "ruby", ["pg"]],
  ["Postgres", "elixir", ["postgrex"]],
  ["Postgres", "go", ["github.com/lib/pq", "github.com/jackc/pgx/v5", "github.com/jackc/pgx/v4"]],
  ["Postgres", "rust", ["tokio-postgres", "postgres"]],
  ["Postgres", "jvm", ["postgresql"]],
  ["MySQL", "npm", ["mysql", "mysql2"]],
  ["MySQL", "python", ["mysqlclient", "pymysql"]],
  ["MySQL", "ruby", ["mysql2", "trilogy"]],
  ["MySQL", "elixir", ["myxql"]],
  ["MySQL", "go", ["github.com/go-sql-driver/mysql"]],
  ["MySQL", "jvm", ["mysql-connector-j"]],
  ["SQLite", "npm", ["better-sqlite3", "sqlite3"]],
  ["SQLite", "ruby", ["sqlite3"]],
  ["SQLite", "elixir", ["ecto_sqlite3"]],
  ["SQLite", "go", ["github.com/mattn/go-sqlite3", "modernc.org/sqlite"]],
  ["SQLite", "rust", ["rusqlite"]],
  ["Redis", "npm", ["redis", "ioredis", "bullmq"]],
  ["Redis", "python", ["redis", "celery"]],
  ["Redis", "ruby", ["redis", "sidekiq"]],
  ["Redis", "elixir", ["redix"]],
  ["Redis", "go", ["github.com/redis/go-redis/v9"]],
  ["MongoDB", "npm", ["mongodb", "mongoose"]],
  ["MongoDB", "python", ["pymongo", "motor"]],
];
const PRISMA: Readonly<Record<string, Database>> = {
  postgresql: "Postgres",
  mysql: "MySQL",
  sqlite: "SQLite",
  mongodb: "MongoDB",
};

/** The databases that a project has drivers for; a Prisma schema is definite about its own. */
export function findDatabases(tree: SourceTree, packages: Packages): Sourced<Database>[] {
  const schema = tree.matching(/(?:^|\/)prisma\/[^/]+\.prisma$/u)[0];
  const provider = /datasource\s{1,8}\w{1,40}\s{0,8}\{[^}]{0,400}?provider\s{0,8}=\s{0,8}"(\w{1,20})"/u.exec(
    tree.text(schema ?? "") ?? "",
  )?.[1];
  const prisma = PRISMA[provider ?? ""];
  const found = new Map<Database, string>(prisma === undefined ? [] : [[prisma, schema ?? ""]]);
  for (const [database, ecosystem, names] of DRIVERS) {
    const name = names.find((candidate) => packages[ecosystem].has(candidate));
    if (name !== undefined && !found.has(database))
      found.set(database, `${name} in ${packages[ecosystem].get(name)?.file}`);
  }
  const settings = tree
    .matching(/(?:^|\/)settings(?:\/\w+)?\.py$/u)
    .find((path) => tree.text(path)?.includes("django.db.backends.sqlite3"));
  if (settings !== undefined && found.size === 0) found.set("SQLite", settings);
  return [...found].map(([value, source]) => ({ value, source }));
}

const ENV_FILES = [".env.example", ".env.sample", ".env.template"];
const PUBLIC_NAME =
  /^(?:NODE_ENV|PORT|HOST|HOSTNAME|RAILS_ENV|RACK_ENV|MIX_ENV|APP_ENV|APP_NAME|APP_DEBUG|LOG_LEVEL|DEBUG|TZ|(?:NEXT_PUBLIC|VITE|PUBLIC|NUXT_PUBLIC)_.*)$/u;
const SECRET_NAME =
  /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|_PASS|CREDENTIALS?|DSN|PRIVATE|(?:DATABASE|DB|REDIS|MONGO\w*|POSTGRES\w*|MYSQL\w*)_(?:URL|URI))$/u;

/** Names in the example of an environment file that look like secrets; at most 50. */
export function findSecrets(tree: SourceTree): Sourced<string>[] {
  const file = tree.first(ENV_FILES);
  if (file === undefined) return [];
  const names = (tree.text(file) ?? "").split("\n").flatMap((line) => {
    const name = /^(?:export )?([A-Z][A-Z0-9_]{0,99})[ \t]{0,4}=/u.exec(line)?.[1];
    return name !== undefined && SECRET_NAME.test(name) && !PUBLIC_NAME.test(name) ? [name] : [];
  });
  return [...new Set(names)].slice(0, 50).map((value) => ({ value, source: file }));
}

/** The text without lines that are nothing but a comment. */
function withoutLineComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^(?:\/\/|#(?!\[)|\*|\/\*)/u.test(line.trimStart()))
    .join("\n");
}
