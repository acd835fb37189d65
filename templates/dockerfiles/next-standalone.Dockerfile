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
# Next.js leaves these two out of its standalone folder.
RUN mkdir -p public && cp -R public .next/standalone/ && cp -R .next/static .next/standalone/.next/

FROM base
COPY --from=build --chown=node:node /app/.next/standalone /app
{{volume}}
USER node
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD ["node", "server.js"]
