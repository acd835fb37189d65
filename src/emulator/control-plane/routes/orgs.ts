// /v1/orgs/{slug}: machines and volumes of all apps of an organization, oldest change first.
import { type Context, Hono } from "hono";
import { AppError } from "../../../errors/app-error.ts";
import { machineAddresses } from "../../topology/address-plan.ts";
import type { MachineRecord, VolumeRecord } from "../../model/records.ts";
import type { ApiEnv } from "../auth.ts";
import { requireOrganization } from "../organizations.ts";
import type { Geography, Planet } from "../planet.ts";
import { type Page, pageOf, queryFlag, queryWords } from "./body.ts";
import { viewVolume } from "./volumes.ts";

interface Changed {
  readonly id: string;
  readonly updatedAt: string;
  readonly region: string;
  readonly state: string;
}

const keyOf = ({ updatedAt, id }: Changed): string => `${updatedAt} ${id}`;

/** The page of those that the query's filters let through. @throws REQUEST_INVALID */
function selected<Item extends Changed>(context: Context, items: readonly Item[]): Page<Item> {
  const after = context.req.query("updated_after") ?? "";
  const afterMs = after === "" ? Number.NEGATIVE_INFINITY : Date.parse(after);
  if (Number.isNaN(afterMs))
    throw new AppError(
      "REQUEST_INVALID",
      `updated_after must be a time as RFC 3339 has it, not "${after.slice(0, 40)}"`,
    );
  const region = context.req.query("region") ?? "";
  const states = queryWords(context, "state");
  const resumed = (context.req.query("cursor") ?? "") !== "";
  const wanted = items.filter(
    (item) =>
      (region === "" || item.region === region) &&
      (states === undefined || states.includes(item.state)) &&
      (resumed || Date.parse(item.updatedAt) > afterMs),
  );
  return pageOf(
    context,
    wanted.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    keyOf,
  );
}

export function orgRoutes({
  planet,
  geography,
}: {
  readonly planet: Planet;
  readonly geography: Geography;
}): Hono<ApiEnv> {
  const { store } = planet;
  const appsOf = (slug: string): Set<string> => {
    requireOrganization(store, slug);
    return new Set(store.apps().flatMap(({ name, organization }) => (organization === slug ? [name] : [])));
  };
  const machineOf = (machine: MachineRecord, summary: boolean): Record<string, unknown> => {
    const { image, guest, metadata } = machine.config;
    const config = {
      image,
      ...(guest === undefined ? {} : { guest }),
      ...(metadata === undefined ? {} : { metadata }),
    };
    return {
      id: machine.id,
      app_name: machine.app,
      name: machine.name,
      state: machine.state,
      region: machine.region,
      instance_id: machine.instanceId,
      version: machine.instanceId,
      private_ip: machineAddresses(planet.block, geography.slotOf(machine.region), machine.number).address6,
      created_at: machine.createdAt,
      updated_at: machine.updatedAt,
      ...(summary ? {} : { config }),
    };
  };
  const volumeOf = (volume: VolumeRecord): Record<string, unknown> => ({
    ...viewVolume(volume),
    app_name: volume.app,
    updated_at: volume.updatedAt,
  });

  return new Hono<ApiEnv>()
    .get("/orgs/:slug/machines", (context) => {
      const apps = appsOf(context.req.param("slug"));
      const all = store.machines({ destroyed: queryFlag(context, "include_deleted") });
      const { items, next } = selected(
        context,
        all.filter(({ app }) => apps.has(app)),
      );
      const last = items.at(-1);
      return context.json({
        machines: items.map((machine) => machineOf(machine, queryFlag(context, "summary"))),
        error_regions: [],
        ...(last === undefined ? {} : { last_machine_id: last.id, last_updated_at: last.updatedAt }),
        ...(next === undefined ? {} : { next_cursor: next }),
      });
    })
    .get("/orgs/:slug/volumes", (context) => {
      const apps = appsOf(context.req.param("slug"));
      const all = store.volumes.list({ destroyed: queryFlag(context, "include_deleted") });
      const { items, next } = selected(
        context,
        all.filter(({ app }) => apps.has(app)),
      );
      const last = items.at(-1);
      return context.json({
        volumes: items.map(volumeOf),
        ...(last === undefined ? {} : { last_volume_id: last.id, last_updated_at: last.updatedAt }),
        ...(next === undefined ? {} : { next_cursor: next }),
      });
    });
}
