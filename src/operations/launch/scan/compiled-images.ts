// Pure: images of programs that are compiled first.
import { readTomlTable } from "../../../project/read-toml-table.ts";
import type { ImagePlan } from "./detection.ts";
import { envLines, execForm, type ImageInput, minorVersion, safeWord } from "./image-input.ts";
import { objectOf } from "./packages.ts";
import type { SourceTree } from "./source-tree.ts";

/** Folders with files that programs read while they run. */
const RUNTIME_FOLDERS = ["templates", "static", "public", "assets", "migrations", "views"];

/** The image of a Go program: the main package at the root, else under cmd. */
export function planGoImage(input: ImageInput): ImagePlan {
  const { tree, packages, port } = input;
  const mains = tree.matching(/^cmd\/[\w-]+\/main\.go$/u).map((path) => path.slice(4, path.lastIndexOf("/")));
  const main = ["server", "web", "api", "app"].find((name) => mains.includes(name)) ?? mains[0];
  const atRoot = tree.matching(/^[\w-]+\.go$/u).some((path) => /^package main\b/mu.test(tree.text(path) ?? ""));
  return {
    template: "go",
    values: {
      go: minorVersion(/^go\s{1,4}(\S{1,20})/mu.exec(tree.text("go.mod") ?? "")?.[1] ?? "", "1.25", 18),
      manifests: tree.has("go.sum") ? "go.mod go.sum" : "go.mod",
      // This driver is C; everything else does without.
      cgo: packages.go.has("github.com/mattn/go-sqlite3") ? "1" : "0",
      package: atRoot || main === undefined ? "." : `./cmd/${main}`,
      files: runtimeFolders(tree),
      env: envLines(input),
      port: String(port),
    },
  };
}

/** The image of a Rust program. */
export function planRustImage(input: ImageInput): ImagePlan {
  const { tree, port } = input;
  const table = readTomlTable(tree.text("Cargo.toml") ?? "");
  const [firstBin] = Array.isArray(table?.["bin"]) ? table["bin"] : [];
  const name = objectOf(firstBin)?.["name"] ?? objectOf(table?.["package"])?.["name"];
  return {
    template: "rust",
    values: {
      binary: safeWord(typeof name === "string" ? name : undefined, "app"),
      locked: tree.has("Cargo.lock") ? "--locked " : "",
      files: [...(tree.has("Rocket.toml") ? ["COPY Rocket.toml ./"] : []), runtimeFolders(tree)]
        .filter(Boolean)
        .join("\n"),
      env: envLines(input),
      port: String(port),
    },
  };
}

/** The image of an ASP.NET Core program. */
export function planDotnetImage(input: ImageInput): ImagePlan {
  const { tree, port, because } = input;
  const text = tree.text(because) ?? "";
  const named = /<AssemblyName>([^<]{1,100})<\/AssemblyName>/u.exec(text)?.[1];
  const file = because.slice(because.lastIndexOf("/") + 1, -".csproj".length);
  const version = /<TargetFramework>net(\d{1,2}\.\d)<\/TargetFramework>/u.exec(text)?.[1];
  return {
    template: "dotnet",
    values: {
      dotnet: version !== undefined && Number(version) >= 6 ? version : "9.0",
      project: safeWord(because, "."),
      assembly: safeWord(named, safeWord(file, "app")),
      env: envLines(input),
      port: String(port),
    },
  };
}

/** The image of a program on the Java machine, built by Maven or Gradle. */
export function planJavaImage(input: ImageInput): ImagePlan {
  const { tree, port } = input;
  const maven = tree.has("pom.xml");
  const text = tree.text(tree.first(["pom.xml", "build.gradle", "build.gradle.kts"]) ?? "") ?? "";
  const asked = /<java\.version>(\d{1,2})<|languageVersion\D{1,60}?(\d{2})|JavaVersion\.VERSION_(\d{2})/u.exec(text);
  const java = asked?.[1] ?? asked?.[2] ?? asked?.[3] ?? "21";
  const wrapper = tree.has(maven ? "mvnw" : "gradlew");
  const [image, tool] = maven
    ? ["maven:3", wrapper ? "sh ./mvnw" : "mvn"]
    : ["gradle:8", wrapper ? "sh ./gradlew" : "gradle"];
  return {
    template: "java",
    values: {
      builder: wrapper
        ? `eclipse-temurin:${java}-jdk`
        : maven
          ? `${image}-eclipse-temurin-${java}`
          : `${image}-jdk${java}`,
      java,
      cache: maven ? "/root/.m2" : "/root/.gradle",
      build: maven
        ? `${tool} --batch-mode -DskipTests package`
        : `${tool} --no-daemon ${text.includes("springframework.boot") ? "bootJar" : "jar"}`,
      jars: maven ? "target" : "build/libs",
      env: envLines(input),
      port: String(port),
    },
  };
}

/** The image of an Elixir release. */
export function planElixirImage(input: ImageInput): ImagePlan {
  const { tree, rule, port } = input;
  const mix = tree.text("mix.exs") ?? "";
  const name = elixirName(tree);
  const server = tree.has("rel/overlays/bin/server");
  return {
    template: "elixir",
    values: {
      manifests: tree.has("mix.lock") ? "mix.exs mix.lock" : "mix.exs",
      assets: mix.includes('"assets.deploy"') ? "RUN mix assets.deploy" : "",
      env: rule.id === "phoenix" ? "ENV PHX_SERVER=true" : "",
      port: String(port),
      start: execForm(server ? ["/app/bin/server"] : [`/app/bin/${name}`, "start"]),
    },
  };
}

/** The name of an Elixir application, which its release has too. */
export function elixirName(tree: SourceTree): string {
  return safeWord(/\bapp:\s{0,4}:(\w{1,60})/u.exec(tree.text("mix.exs") ?? "")?.[1], "app");
}

function runtimeFolders(tree: SourceTree): string {
  const folders = RUNTIME_FOLDERS.filter((folder) => tree.paths.some((path) => path.startsWith(`${folder}/`)));
  return folders.map((folder) => `COPY ${folder} ./${folder}`).join("\n");
}
