// What the in-memory engine answers when it refuses: the same codes and details as the Docker adapter's.
import { AppError } from "../../../errors/app-error.ts";
import type { ErrorCode } from "../../../errors/catalogue.ts";

function refusal(code: ErrorCode, statusCode: number, text: string): AppError {
  return new AppError(code, text, { details: { statusCode, engine: text } });
}

export const refusals = {
  unavailable: () =>
    new AppError("DOCKER_UNAVAILABLE", "No Docker engine answers at memory", { suggestions: ["hangar doctor"] }),
  noSuch: (kind: "container" | "network" | "volume" | "folder", name: string) =>
    refusal("DOCKER_FAILED", 404, `No such ${kind}: ${name}`),
  noImage: (reference: string) => refusal("IMAGE_NOT_FOUND", 404, `No such image: ${reference}`),
  nameTaken: (kind: "container" | "network", name: string) =>
    refusal("CONFLICT", 409, `The ${kind} name "${name}" is already in use`),
  notRunning: (id: string) => refusal("CONFLICT", 409, `Container ${id} is not running`),
  inUse: (kind: "network" | "volume", name: string) => refusal("CONFLICT", 409, `The ${kind} "${name}" is in use`),
  addressTaken: (address: string) => refusal("CONFLICT", 403, `Address already in use: ${address}`),
  portTaken: (port: number) =>
    refusal("PORT_TAKEN", 500, `Bind for 127.0.0.1:${port} failed: port is already allocated`),
  overlap: (subnet: string) =>
    refusal("ADDRESS_CLASH", 403, `Pool overlaps with other one on this address space: ${subnet}`),
  unstartable: (error: string) => refusal("MACHINE_START_FAILED", 400, error),
};
