FROM node:{{node}}-bookworm-slim AS base
WORKDIR /app
ENV NODE_ENV=production
{{system}}

FROM base AS build
{{manager}}
COPY {{manifests}} ./
{{schema}}
RUN --mount=type=cache,target={{cache}} {{install}}
COPY . .
{{build}}
{{prune}}

FROM base
COPY --from=build --chown=node:node /app /app
{{volume}}
USER node
{{env}}
ENV PORT={{port}} PATH=/app/node_modules/.bin:$PATH
EXPOSE {{port}}
CMD {{start}}
