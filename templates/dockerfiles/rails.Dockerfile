FROM ruby:{{ruby}}-slim-bookworm AS base
WORKDIR /rails
ENV RAILS_ENV=production BUNDLE_DEPLOYMENT=1 BUNDLE_PATH=/usr/local/bundle BUNDLE_WITHOUT=development:test
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y {{runtime}} && rm -rf /var/lib/apt/lists/*

FROM base AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y build-essential git libyaml-dev pkg-config {{libraries}} && rm -rf /var/lib/apt/lists/*
{{node}}
COPY Gemfile Gemfile.lock ./
RUN bundle install && rm -rf ~/.bundle "$BUNDLE_PATH"/ruby/*/cache
{{assets}}
COPY . .
RUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile

FROM base
RUN useradd --system --uid 10001 --create-home rails
COPY --from=build /usr/local/bundle /usr/local/bundle
COPY --from=build --chown=rails:rails /rails /rails
USER rails
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD {{start}}
