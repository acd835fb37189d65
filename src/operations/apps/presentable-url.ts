// Where a browser finds an app.
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";

export interface PresentableUrlInput {
  readonly app: string;
  /** Path with query, e.g. `/admin?x=1`; the slash at the front may be missing. */
  readonly path: string;
  /** Region to enter by; undefined: the planet's home. */
  readonly region?: string | undefined;
}

/** What a public port does with a connection that a browser can use. */
const HTTP_HANDLERS = new Set(["http", "tls"]);

/**
 * The URL of an app for a browser.
 * @throws APP_NOT_FOUND, NO_PRESENTABLE_SERVICE
 */
export async function presentableUrl(
  input: PresentableUrlInput,
  {
    machines: api,
    url,
  }: { readonly machines: Pick<MachinesApi, "list">; /** Where the app answers. */ readonly url: string },
): Promise<string> {
  const machines = await api.list(input.app);
  if (!machines.some(hasHttpService)) {
    throw new AppError(
      "NO_PRESENTABLE_SERVICE",
      machines.length === 0 ? `App "${input.app}" has no machines` : `App "${input.app}" has no HTTP service`,
      {
        suggestions:
          machines.length === 0
            ? ["hangar deploy"]
            : ["add [http_service] with internal_port to fly.toml, then: hangar deploy"],
      },
    );
  }
  return appUrl(input, url);
}

/** The URL of a path of an app, by way of a region. @param base where the app answers */
export function appUrl({ path, region }: Omit<PresentableUrlInput, "app">, base: string): string {
  const { protocol, host } = new URL(base);
  const door = region === undefined ? host : `${region}.${host}`;
  return new URL(`${protocol}//${door}${path.startsWith("/") ? "" : "/"}${path}`).href;
}

function hasHttpService({ config }: Machine): boolean {
  return (config.services ?? []).some(({ ports = [] }) =>
    ports.some(({ handlers = [] }) => handlers.some((handler) => HTTP_HANDLERS.has(handler))),
  );
}
