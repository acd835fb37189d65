FROM rust:1-slim-bookworm AS build
WORKDIR /src
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y build-essential pkg-config libssl-dev && rm -rf /var/lib/apt/lists/*
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target cargo build --release {{locked}}--bin {{binary}} && cp target/release/{{binary}} /server

FROM debian:bookworm-slim
WORKDIR /app
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y ca-certificates libssl3 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app app
{{files}}
COPY --from=build /server /app/server
USER app
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD ["/app/server"]
