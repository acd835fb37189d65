FROM golang:{{go}}-bookworm AS build
WORKDIR /src
COPY {{manifests}} ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED={{cgo}} go build -trimpath -o /app/server {{package}}

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /app
{{files}}
COPY --from=build /app/server /app/server
USER nonroot
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD ["/app/server"]
