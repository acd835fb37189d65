FROM {{builder}} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target={{cache}} {{build}}
RUN cp $(ls {{jars}}/*.jar | grep -v -e -plain -e -sources -e original | head -n 1) /app.jar

FROM eclipse-temurin:{{java}}-jre
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /app app
COPY --from=build /app.jar /app/app.jar
USER app
{{env}}
ENV PORT={{port}}
EXPOSE {{port}}
CMD ["java", "-XX:MaxRAMPercentage=75", "-jar", "/app/app.jar"]
