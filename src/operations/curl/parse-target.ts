// Pure: which app of the planet a URL means, and the request line and Host that go to it.
import { AppError } from "../../errors/app-error.ts";

export interface CurlTarget {
  /** The URL that is requested in the end. */
  readonly url: string;
  readonly host: string;
  /** Whether it is requested over TLS. */
  readonly secure: boolean;
  /** Path and query as in the request line. */
  readonly path: string;
}

export interface ParseTargetInput {
  readonly text: string;
  readonly httpPort: number;
  /** The app that a bare path is of. @throws CONFIG_NOT_FOUND */
  readonly app: () => Promise<string>;
}

/**
 * Reads `http://my-app.localhost:8080/path`, `https://my-app.fly.dev/path`, the same without a scheme, or `/path`.
 * @throws USAGE
 */
export async function parseTarget({ text, httpPort, app }: ParseTargetInput): Promise<CurlTarget> {
  if (text.startsWith("/")) return targetOf(parseUrl(`http://${await app()}.localhost:${httpPort}${text}`, text));
  const url = parseUrl(text.includes("://") ? text : `http://${text}`, text);
  const isPublicName = url.hostname.endsWith(".fly.dev");
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new AppError("USAGE", `"${text}" is no http URL`);
  if (!isPublicName && !url.hostname.endsWith(".localhost")) {
    throw new AppError("USAGE", `"${url.hostname}" is no app of the planet`, {
      suggestions: [
        `use http://<app>.localhost:${httpPort}${url.pathname}`,
        "or a path alone, in the folder of the app's fly.toml",
      ],
    });
  }
  return targetOf(url);
}

function targetOf(url: URL): CurlTarget {
  const secure = url.protocol === "https:";
  return { url: url.href.replace(/#.*$/, ""), host: url.host, secure, path: `${url.pathname}${url.search}` };
}

function parseUrl(url: string, text: string): URL {
  if (!URL.canParse(url)) throw new AppError("USAGE", `"${text}" is no URL`, { suggestions: ["hangar curl --help"] });
  return new URL(url);
}
