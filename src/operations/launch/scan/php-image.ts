// Pure: images of Laravel and other PHP programs, on FrankenPHP.
import type { ImagePlan } from "./detection.ts";
import { envLines, type ImageInput } from "./image-input.ts";

const COMPOSER = `FROM composer:2 AS vendor
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/tmp/cache composer install --no-dev --prefer-dist --no-interaction --ignore-platform-reqs --optimize-autoloader
`;

/** The image of a PHP program. */
export function planPhpImage(input: ImageInput): ImagePlan {
  const { tree, packages, rule, port, because } = input;
  const composer = tree.has("composer.json");
  const text = `${tree.text(".env.example") ?? ""}${tree.text("composer.json") ?? ""}`;
  const extensions = [
    ...(/mysql/iu.test(text) ? ["pdo_mysql"] : []),
    ...(/pgsql|postgres/iu.test(text) ? ["pdo_pgsql"] : []),
    ...(packages.php.has("ext-redis") ? ["redis"] : []),
    ...(packages.php.has("ext-gd") ? ["gd"] : []),
  ].join(" ");
  const values = { extensions, env: envLines(input), port: String(port) };
  if (rule.id === "laravel") {
    const manifests = ["composer.json", ...(tree.has("composer.lock") ? ["composer.lock"] : [])].join(" ");
    return { template: "laravel", values: { ...values, manifests } };
  }
  return {
    template: "php",
    values: {
      ...values,
      vendor: composer ? COMPOSER : "",
      // FrankenPHP serves the folder public of the app.
      target: because.startsWith("public/") ? "/app" : "/app/public",
      packages: composer
        ? `COPY --from=vendor --chown=www-data:www-data /app/vendor ${because.startsWith("public/") ? "/app" : "/app/public"}/vendor`
        : "",
    },
  };
}
