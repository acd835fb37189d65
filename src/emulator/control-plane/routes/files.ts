// /hangar/v1/apps/{app}/machines/{id}/files: what is at a path inside a machine. Contents go through sessions.
import { Hono } from "hono";
import type { FileStat } from "../../../contract/sessions.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { ContainerRuntime } from "../../runtime/container-runtime.ts";
import type { ApiEnv } from "../auth.ts";
import type { Planet } from "../planet.ts";

export function fileRoutes({
  planet,
  runtime,
}: {
  readonly planet: Pick<Planet, "machines" | "inside">;
  readonly runtime: Pick<ContainerRuntime, "inspectPath">;
}): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get("/apps/:app/machines/:id/files", async (context) => {
    const path = context.req.query("path") ?? "";
    if (!path.startsWith("/") || path.includes("\0")) throw new AppError("REQUEST_INVALID", "path must be absolute");
    const machine = planet.machines.present(context.req.param("app"), context.req.param("id"));
    const found = await runtime.inspectPath(await planet.inside.containerId(machine), path);
    if (found === undefined) throw new AppError("PATH_NOT_FOUND", `there is no ${path} in machine ${machine.id}`);
    return context.json<FileStat>(found);
  });
}
