// Pure: which file of a machine a request asks for, and what type a file has.
import path from "node:path/posix";
import type { WorldMachine } from "../../../contract/world.ts";

/** A file that may be there, below a folder of a machine's file system. */
export interface StaticFile {
  readonly machineId: string;
  readonly folder: string;
  /** The way from the folder to the file; never empty. */
  readonly names: readonly string[];
  /** How far away the machine is. */
  readonly rttMs: number;
}

const TYPES: Readonly<Record<string, string>> = {
  avif: "image/avif",
  css: "text/css; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  gif: "image/gif",
  htm: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  md: "text/markdown; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  otf: "font/otf",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  ttf: "font/ttf",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webm: "video/webm",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  xml: "application/xml",
  zip: "application/zip",
};

/** The file that a request means by the longest prefix it is under (ST-01); undefined: the request is the app's. */
export function staticFileOf(
  { id, statics = [] }: Pick<WorldMachine, "id" | "statics">,
  { method, target }: { readonly method: string; readonly target: string },
  rttMs: number,
): StaticFile | undefined {
  if (statics.length === 0 || (method !== "GET" && method !== "HEAD")) return undefined;
  const asked = target.split("?", 1)[0]!;
  const [entry] = statics
    .map(({ guestPath, urlPrefix }) => ({ guestPath, prefix: urlPrefix.endsWith("/") ? urlPrefix : `${urlPrefix}/` }))
    .filter(({ prefix }) => asked.startsWith(prefix))
    .toSorted((a, b) => b.prefix.length - a.prefix.length);
  const names = entry === undefined ? undefined : namesOf(asked.slice(entry.prefix.length));
  return names === undefined ? undefined : { machineId: id, folder: entry!.guestPath, names, rttMs };
}

/** Undefined where the text names no file, or would lead out of the folder. */
function namesOf(text: string): string[] | undefined {
  const names: string[] = [];
  for (const part of text.split("/")) {
    const name = decoded(part);
    if (name === undefined || name === "" || name === "." || name === ".." || /[/\0]/.test(name)) return undefined;
    names.push(name);
  }
  return names;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** By the ending of its name. */
export function contentTypeOf(name: string): string {
  return TYPES[path.extname(name).slice(1).toLowerCase()] ?? "application/octet-stream";
}
