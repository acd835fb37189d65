import type { Sourced } from "../launch-plan.ts";
import { elixirName } from "./compiled-images.ts";
import type { Packages } from "./packages.ts";
import type { SourceTree } from "./source-tree.ts";

/** What has to run once before a new version: migrations, where there are any. */
export function findReleaseCommand(tree: SourceTree, packages: Packages, rule: string): Sourced<string> | undefined {
  const firstThat = (pattern: RegExp): string | undefined => tree.matching(pattern)[0];
  if (rule === "django") {
    const source = firstThat(/(?:^|\/)migrations\/\d\w*\.py$/u) ?? firstThat(/(?:^|\/)settings(?:\/\w+)?\.py$/u);
    return source === undefined ? undefined : { value: "python manage.py migrate --noinput", source };
  }
  if (rule === "rails") {
    const source = tree.first(["config/database.yml", "db/schema.rb"]);
    return source === undefined ? undefined : { value: "./bin/rails db:prepare", source };
  }
  if (rule === "phoenix") {
    if (tree.has("rel/overlays/bin/migrate")) return { value: "/app/bin/migrate", source: "rel/overlays/bin/migrate" };
    const name = elixirName(tree);
    const release = `lib/${name}/release.ex`;
    const module = name
      .split("_")
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join("");
    return tree.has(release)
      ? { value: `/app/bin/${name} eval ${module}.Release.migrate`, source: release }
      : undefined;
  }
  if (rule === "laravel") {
    const source = firstThat(/^database\/migrations\/\w+\.php$/u);
    return source === undefined ? undefined : { value: "php artisan migrate --force", source };
  }
  const prisma = firstThat(/^prisma\/migrations\/[^/]+\/migration\.sql$/u);
  if (prisma !== undefined && packages.npm.has("prisma")) return { value: "npx prisma migrate deploy", source: prisma };
  const alembic = tree.has("alembic.ini") && packages.python.has("alembic");
  return alembic ? { value: "alembic upgrade head", source: "alembic.ini" } : undefined;
}
