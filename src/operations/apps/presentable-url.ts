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
  { api, httpPort }: { readonly api: { readonly machines: Pick<MachinesApi, "list"> }; readonly httpPort: number },
): Promise<string> {
  const machines = await api.machines.list(input.app);
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
  return appUrl(input, httpPort);
}

/** The URL of a path of an app, by way of a region. */
export function appUrl({ app, path, region }: PresentableUrlInput, httpPort: number): string {
  const host = `${region === undefined ? "" : `${region}.`}${app}.localhost`;
  return new URL(`http://${host}:${httpPort}${path.startsWith("/") ? "" : "/"}${path}`).href;
}

function hasHttpService({ config }: Machine): boolean {
  return (config.services ?? []).some(({ ports = [] }) =>
    ports.some(({ handlers = [] }) => handlers.some((handler) => HTTP_HANDLERS.has(handler))),
  );
}
