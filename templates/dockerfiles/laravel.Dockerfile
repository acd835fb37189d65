FROM composer:2 AS vendor
WORKDIR /app
COPY {{manifests}} ./
RUN --mount=type=cache,target=/tmp/cache composer install --no-dev --no-scripts --no-autoloader --prefer-dist --no-interaction --ignore-platform-reqs
COPY . .
RUN composer dump-autoload --optimize --no-dev --no-scripts

FROM node:24-bookworm-slim AS assets
WORKDIR /app
COPY . .
COPY --from=vendor /app/vendor ./vendor
RUN --mount=type=cache,target=/root/.npm mkdir -p public && if [ -f package.json ]; then npm install && npm run build --if-present; fi

FROM dunglas/frankenphp:1-php8.4-bookworm
WORKDIR /app
RUN install-php-extensions pcntl opcache intl zip {{extensions}}
COPY --from=vendor --chown=www-data:www-data /app /app
COPY --from=assets --chown=www-data:www-data /app/public /app/public
RUN chown -R www-data:www-data /data/caddy /config/caddy
USER www-data
{{env}}
ENV SERVER_NAME=:{{port}} PORT={{port}}
EXPOSE {{port}}
CMD ["frankenphp", "run", "--config", "/etc/frankenphp/Caddyfile"]
