FROM oven/bun:1 AS base
WORKDIR /app
ENV NODE_ENV=production

FROM base AS build
COPY {{manifests}} ./
RUN --mount=type=cache,target=/root/.bun/install/cache {{install}}
COPY . .
{{build}}

FROM base
COPY --from=build --chown=bun:bun /app /app
{{volume}}
USER bun
{{env}}
ENV PORT={{port}} PATH=/app/node_modules/.bin:$PATH
EXPOSE {{port}}
CMD {{start}}
