{{vendor}}
FROM dunglas/frankenphp:1-php8.4-bookworm
WORKDIR /app
RUN install-php-extensions opcache {{extensions}}
COPY --chown=www-data:www-data . {{target}}
{{packages}}
RUN chown -R www-data:www-data /data/caddy /config/caddy
USER www-data
{{env}}
ENV SERVER_NAME=:{{port}} PORT={{port}}
EXPOSE {{port}}
CMD ["frankenphp", "run", "--config", "/etc/frankenphp/Caddyfile"]
