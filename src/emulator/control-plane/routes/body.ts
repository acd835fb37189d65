// Reads and checks what a request carries.
import type { Context } from "hono";
import type { z } from "zod";
import { AppError } from "../../../errors/app-error.ts";

/** The body as the schema's value. @throws REQUEST_INVALID naming each wrong place */
export async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.infer<Schema>> {
  const text = await context.req.text();
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new AppError("REQUEST_INVALID", "the body is not valid JSON", { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new AppError("REQUEST_INVALID", `invalid request: ${problems.slice(0, 10).join("; ")}`, {
    details: { problems },
  });
}

/** A whole number of a query parameter between bounds, or the default where it is absent. @throws REQUEST_INVALID */
export function queryNumber(context: Context, name: string, fallback: number, low: number, high: number): number {
  const text = context.req.query(name);
  if (text === undefined || text === "") return fallback;
  const value = Number(/^\d+s?$/.test(text) ? text.replace("s", "") : Number.NaN);
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new AppError(
      "REQUEST_INVALID",
      `${name} must be a whole number from ${low} to ${high}, not "${text.slice(0, 40)}"`,
    );
  }
  return value;
}

/** Whether a query parameter says yes. */
export function queryFlag(context: Context, name: string): boolean {
  return ["true", "1", "yes"].includes(context.req.query(name) ?? "");
}
