// /v1/platform: where machines can be, and where a number of them would be put.
import { Hono } from "hono";
import { PlacementsSchema } from "../../../contract/platform.ts";
import { AppError } from "../../../errors/app-error.ts";
import { MAX_MACHINE_NUMBER } from "../../topology/address-plan.ts";
import { REGIONS } from "../../topology/regions.ts";
import type { ApiEnv } from "../auth.ts";
import { requireOrganization } from "../organizations.ts";
import { planPlacements } from "../placements.ts";
import type { Geography, Planet } from "../planet.ts";
import { readBody } from "./body.ts";

export interface PlatformRoutesDeps {
  readonly planet: Planet;
  readonly geography: Geography;
}

export function platformRoutes({ planet, geography }: PlatformRoutesDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .get("/platform/regions", (context) =>
      context.json({
        nearest: planet.status().home,
        regions: REGIONS.map(({ code, name, latitude, longitude, geoRegion, gatewayAvailable }) => ({
          code,
          name,
          latitude,
          longitude,
          geo_region: geoRegion,
          gateway_available: gatewayAvailable,
          requires_paid_plan: false,
          deprecated: false,
        })),
      }),
    )
    .post("/platform/placements", async (context) => {
      const body = await readBody(context, PlacementsSchema);
      requireOrganization(planet.store, body.org_slug);
      const words = (body.region ?? "").split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]));
      const taken = new Map<string, number>();
      for (const { region } of planet.store.machines()) taken.set(region, (taken.get(region) ?? 0) + 1);
      const placed = planPlacements({
        words,
        count: body.count ?? 1,
        home: planet.status().home,
        weights: body.weights ?? {},
        regions: REGIONS.map(({ code, geoRegion }) => ({
          code,
          continent: geoRegion,
          free: MAX_MACHINE_NUMBER - (taken.get(code) ?? 0),
          rttMs: geography.rttMs(planet.status().home, code),
        })),
      });
      if (placed.kind === "unknown") {
        geography.requireRegion(placed.word);
        throw new AppError("REGION_UNKNOWN", `Region "${placed.word.slice(0, 40)}" does not exist`);
      }
      if (placed.kind === "full")
        throw new AppError("ADDRESS_CLASH", `insufficient resources: no room for ${placed.missing} more machines`, {
          details: { status: "insufficient_capacity" },
        });
      return context.json({ regions: placed.regions });
    });
}
