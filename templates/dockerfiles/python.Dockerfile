FROM python:{{python}}-slim-bookworm AS base
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH

FROM base AS build
RUN python -m venv /opt/venv
COPY {{manifests}} ./
RUN --mount=type=cache,target=/root/.cache {{install}}
{{server}}

FROM base
RUN useradd --system --uid 10001 --home-dir /app app
COPY --from=build /opt/venv /opt/venv
COPY --chown=app:app . .
{{build}}
{{volume}}
USER app
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD {{start}}
