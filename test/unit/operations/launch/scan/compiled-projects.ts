// Layouts of real projects in compiled languages, rebuilt as small as they can be.
import type { ProjectCase } from "./project-case.ts";

export const COMPILED_PROJECTS: readonly ProjectCase[] = [
  {
    name: "go at the root",
    files: {
      "go.mod":
        "module x\n\ngo 1.24.1\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/lib/pq v1.10.9\n)\n",
      "go.sum": "",
      "main.go": 'package main\nr.GET("/healthz", f)\nr.Run(":9090")',
      "templates/x.html": "",
    },
    expect: {
      framework: "Go",
      port: 9_090,
      health: "/healthz",
      databases: ["Postgres"],
      dockerfile: [/FROM golang:1\.24-bookworm/, /CGO_ENABLED=0 .*go build .* \.$/m, /COPY templates/],
    },
  },
  {
    name: "go under cmd, with a driver in C",
    files: {
      "go.mod": "module x\ngo 1.22\nrequire github.com/mattn/go-sqlite3 v1.14.0\n",
      "go.sum": "",
      "cmd/migrate/main.go": "package main",
      "cmd/server/main.go": 'package main\nhttp.HandleFunc("/up", f)',
      "internal/a.go": "package internal",
    },
    expect: {
      framework: "Go",
      port: 8_080,
      health: "/up",
      databases: ["SQLite"],
      volume: "/data",
      dockerfile: [/CGO_ENABLED=1 .* \.\/cmd\/server$/m],
    },
  },
  {
    name: "rust with axum",
    files: {
      "Cargo.toml": '[package]\nname = "shop-api"\n[dependencies]\naxum = "0.8"\ntokio = { version = "1" }\n',
      "Cargo.lock": "",
      "src/main.rs": 'Router::new().route("/health", get(h));\nTcpListener::bind("0.0.0.0:3456")',
    },
    expect: {
      framework: "Axum",
      source: "axum in Cargo.toml",
      port: 3_456,
      health: "/health",
      dockerfile: [/--locked --bin shop-api/],
    },
  },
  {
    name: "rust with actix",
    files: { "Cargo.toml": '[package]\nname = "x"\n[dependencies]\nactix-web = "4"', "src/main.rs": "" },
    expect: { framework: "Actix Web", port: 8_080 },
  },
  {
    name: "rust with rocket",
    files: {
      "Cargo.toml": '[package]\nname = "x"\n[[bin]]\nname = "web"\n[dependencies]\nrocket = "0.5"',
      "Rocket.toml": "",
      "src/main.rs": '#[get("/ping")]',
    },
    expect: {
      framework: "Rocket",
      port: 8_000,
      health: "/ping",
      dockerfile: [/ROCKET_ADDRESS=0\.0\.0\.0 ROCKET_PORT=8000/, /--bin web/, /COPY Rocket\.toml/],
    },
  },
  {
    name: ".NET 10, which is newer than 6",
    files: {
      "Shop/Shop.csproj":
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>',
      "Shop/Program.cs": 'app.MapGet("/health", () => 1);',
      "Shop.sln": "",
    },
    expect: {
      framework: "ASP.NET Core",
      source: "Shop/Shop.csproj",
      port: 8_080,
      dockerfile: [/sdk:10\.0/, /dotnet publish Shop\/Shop\.csproj/, /"Shop\.dll"/],
    },
  },
  {
    name: "spring boot with Maven's wrapper and actuator",
    files: {
      "pom.xml":
        "<parent><groupId>org.springframework.boot</groupId></parent><java.version>17</java.version><artifactId>spring-boot-starter-actuator</artifactId><artifactId>postgresql</artifactId>",
      mvnw: "",
      "src/main/resources/application.properties": "server.port=8181",
    },
    expect: {
      framework: "Spring Boot",
      source: "pom.xml",
      port: 8_181,
      health: "/actuator/health",
      databases: ["Postgres"],
      dockerfile: [/eclipse-temurin:17-jdk/, /sh \.\/mvnw/],
    },
  },
  {
    name: "spring boot with Gradle",
    files: {
      "build.gradle.kts":
        'plugins { id("org.springframework.boot") version "3.4.0" }\njava { toolchain { languageVersion = JavaLanguageVersion.of(21) } }',
    },
    expect: { framework: "Spring Boot", port: 8_080, dockerfile: [/gradle:8-jdk21/, /bootJar/, /build\/libs/] },
  },
  {
    name: "a Dockerfile wins over everything",
    files: {
      Dockerfile: "FROM x\nVOLUME /var/lib/shop\nEXPOSE 3210\n",
      "package.json": '{"dependencies":{"next":"15"}}',
      ".env.example": "API_TOKEN=",
    },
    expect: {
      framework: "Dockerfile",
      source: "Dockerfile",
      port: 3_210,
      volume: "/var/lib/shop",
      secrets: ["API_TOKEN"],
    },
  },
  {
    name: "a Containerfile does too",
    files: { Containerfile: "FROM x\n", "go.mod": "module x" },
    expect: { framework: "Dockerfile", source: "Containerfile", port: 8_080 },
  },
];
