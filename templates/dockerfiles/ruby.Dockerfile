FROM ruby:{{ruby}}-slim-bookworm AS base
WORKDIR /app
ENV RACK_ENV=production BUNDLE_PATH=/usr/local/bundle BUNDLE_WITHOUT=development:test

FROM base AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y build-essential {{libraries}} && rm -rf /var/lib/apt/lists/*
COPY {{manifests}} ./
RUN bundle install

FROM base
RUN useradd --system --uid 10001 --create-home app
COPY --from=build /usr/local/bundle /usr/local/bundle
COPY --chown=app:app . .
{{volume}}
USER app
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD {{start}}
