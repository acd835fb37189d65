FROM elixir:1.18-slim AS build
WORKDIR /app
ENV MIX_ENV=prod
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y build-essential git && rm -rf /var/lib/apt/lists/*
RUN mix local.hex --force && mix local.rebar --force
COPY {{manifests}} ./
RUN mix deps.get --only prod
COPY . .
RUN mix deps.compile
{{assets}}
RUN mix compile && mix release --path /release

# The release brings its own runtime, which is linked against the libraries of the image that built it.
FROM elixir:1.18-slim
WORKDIR /app
ENV MIX_ENV=prod LANG=C.UTF-8
RUN useradd --system --uid 10001 --home-dir /app app
COPY --from=build --chown=app:app /release /app
USER app
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD {{start}}
