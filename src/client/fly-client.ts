// What Fly.io has beside the Machines API, under /api/v1 of its web API: records of releases, and logs. A planet has
// the same paths.
import { z } from "zod";
import type { LogEntry } from "../contract/planet.ts";
import { FlyReleaseSchema, FlyReleasesSchema, type FlyRelease, LogPageSchema } from "../contract/web-api.ts";
import { AppError } from "../errors/app-error.ts";
import type { Clock } from "../platform/clock.ts";
import { normalizeToken } from "./machines/authorization.ts";
import { createTransport, type TransportOptions } from "./machines/transport.ts";
import type { LogOptions } from "./planet-client.ts";

export interface NewFlyRelease {
  readonly app: string;
  readonly image: string;
  /** In small letters. */
  readonly strategy: string;
  readonly definition: unknown;
}

export interface FlyClient {
  /** Newest first. */
  releases(app: string, limit: number): Promise<FlyRelease[]>;
  createRelease(release: NewFlyRelease): Promise<FlyRelease>;
  updateRelease(
    id: string,
    status: FlyReleaseEnd,
    error?: { readonly program: string; readonly text: string },
  ): Promise<void>;
  /** Entries oldest first; with follow, until the signal fires. */
  logs(app: string, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogEntry>;
}

export type FlyReleaseEnd = "running" | "complete" | "failed" | "interrupted";

export interface FlyClientOptions extends TransportOptions {
  readonly clock: Pick<Clock, "now" | "sleep">;
}

/** Pages that a look into the past reads at most. */
const MAX_PAGES = 20;
const FIRST_PAUSE_MS = 64;
const LONGEST_PAUSE_MS = 4_096;
const CreatedSchema = z.object({ release: FlyReleaseSchema });

/** A client of the web API at a base URL, without /api/v1. Makes no request by itself. */
export function createFlyClient(options: FlyClientOptions): FlyClient {
  // Releases want all tokens in one header, whatever they are; logs want them as the Machines API does.
  const records = createTransport({ ...options, authorization: `Bearer ${normalizeToken(options.token)}` });
  const logTransport = createTransport(options);
  const at = (...parts: readonly string[]): string => ["/api/v1", ...parts.map(encodeURIComponent)].join("/");

  const releases: FlyClient["releases"] = async (app, limit) =>
    (await records.fetch({ method: "GET", path: at("apps", app, "releases"), query: { limit } }, FlyReleasesSchema))
      .releases;

  const page = async (app: string, { region, machine }: LogOptions, token: string | undefined) => {
    const query = { next_token: token, region, instance: machine };
    const answer = await logTransport.fetch({ method: "GET", path: at("apps", app, "logs"), query }, LogPageSchema);
    return { entries: answer.data.map((entry) => entryOf(app, entry)), next: answer.meta?.next_token };
  };

  return {
    releases,
    createRelease: async ({ app, image, strategy, definition }) => {
      const body = { app_name: app, image, strategy: strategy.toUpperCase(), definition };
      try {
        return (await records.fetch({ method: "POST", path: at("releases"), body }, CreatedSchema)).release;
      } catch (lost) {
        if (!(lost instanceof AppError && lost.code === "OUTCOME_UNKNOWN")) throw lost;
        const [newest] = await releases(app, 1);
        if (newest !== undefined && newest.image_ref === image && isBegun(newest)) return newest;
        throw lost;
      }
    },
    updateRelease: (id, status, error) =>
      records.send({
        method: "PATCH",
        path: at("releases", id),
        body: {
          status,
          ...(error === undefined
            ? {}
            : { metadata: { post_deployment_info: { flyctl_version: error.program, error: error.text } } }),
        },
      }),
    logs: async function* (app, asked, signal) {
      let { entries, next } = await page(app, asked, undefined);
      for (let pages = 1; pages < MAX_PAGES && next !== undefined; pages += 1) {
        const more = await page(app, asked, next);
        if (more.entries.length === 0) break;
        entries = [...entries, ...more.entries].slice(-asked.tail);
        next = more.next ?? next;
      }
      if (asked.tail > 0) yield* entries.slice(-asked.tail);
      for (let pauseMs = FIRST_PAUSE_MS; asked.follow; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        await options.clock.sleep(pauseMs, signal);
        const more = await page(app, asked, next);
        next = more.next ?? next;
        if (more.entries.length > 0) pauseMs = FIRST_PAUSE_MS / 2;
        yield* more.entries;
      }
    },
  };
}

/** Whether a release is made and not over. */
export function isBegun({ status, in_progress: inProgress }: FlyRelease): boolean {
  return inProgress === true || ["pending", "running"].includes(status.toLowerCase());
}

function entryOf(app: string, { attributes }: z.infer<typeof LogPageSchema>["data"][number]): LogEntry {
  const { timestamp, message, level, region, instance, meta } = attributes;
  const provider = meta?.event?.provider ?? "app";
  const isApp = provider === "app";
  return {
    timestamp,
    app,
    region: region ?? "",
    machine: instance ?? "",
    stream: isApp ? "stdout" : "platform",
    ...(isApp ? {} : { provider }),
    ...(level === undefined ? {} : { level }),
    message,
  };
}
