// The app of a deploy, through the Machines API of any target.
import { randomUUID } from "node:crypto";
import type { AppsApi } from "../../client/machines/apps-api.ts";
import { AppError } from "../../errors/app-error.ts";
import type { DeployTarget } from "./deploy-types.ts";

/** @param organization in which apps are made */
export function appsOf(apps: AppsApi, organization: string): DeployTarget["apps"] {
  return {
    exists: async (app) => {
      try {
        await apps.get(app);
        return true;
      } catch (error) {
        if (error instanceof AppError && error.code === "APP_NOT_FOUND") return false;
        throw error;
      }
    },
    create: (name) => apps.create({ name, org: organization, key: randomUUID() }),
    destroy: apps.destroy,
  };
}
