FROM denoland/deno:2.9.6
WORKDIR /app
RUN chown deno:deno /app
USER deno
COPY --chown=deno:deno . .
{{build}}
{{fetch}}
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD {{start}}
