// Calls a control plane as the specification says, holds every answer against it with a validator that others wrote, and
// remembers what was exercised.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import validatorModule from "openapi-response-validator";
import { expect } from "vitest";
import { CONTRACT } from "./contract-schemas.ts";

type Validator = new (options: unknown) => {
  validateResponse(status: string, body: unknown): { message: string; errors: unknown[] } | undefined;
};
// A CommonJS module: its class may be one level further in than its types say.
const loaded = validatorModule as unknown as { default?: Validator };
const OpenAPIResponseValidator = loaded.default ?? (validatorModule as unknown as Validator);

interface MediaTypes {
  readonly [type: string]: { readonly schema: object };
}
export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly required?: boolean;
    readonly schema: { readonly type?: string; readonly enum?: readonly string[] };
  }[];
  readonly requestBody?: { readonly content: MediaTypes };
  readonly responses: Readonly<Record<string, { readonly content?: MediaTypes }>>;
}
interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

export const specification = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../fixtures/machines-openapi.json"), "utf8"),
) as Specification;

/** "GET /apps/{app_name}" for every operation. */
export const operations: readonly string[] = Object.entries(specification.paths).flatMap(([template, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${template}`),
);

export function operationOf(name: string): Operation {
  const [method = "", template = ""] = name.split(" ");
  const operation = specification.paths[template]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`the specification has no ${name}`);
  return operation;
}

export interface Call {
  /** Values of the path's parameters, in their order. */
  readonly at?: readonly string[];
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer that is right; 2xx of the specification where absent. */
  readonly status?: number;
  /** What is special about this call, for the report. */
  readonly variant?: string;
}

// eslint-disable-next-line typescript/no-explicit-any
export type Answer = any;

export interface Conformance {
  call(name: string, call?: Call): Promise<Answer>;
  exercised(): Readonly<Record<string, readonly string[]>>;
  /** Writes the report for machines; answers its path. */
  report(name: string): string;
}

function withoutDescription(responses: Operation["responses"]): Record<string, { schema: object }> {
  return Object.fromEntries(
    Object.entries(responses).flatMap(([status, { content }]) => {
      const schema = content?.["application/json"]?.schema;
      return schema === undefined ? [] : [[status, { schema }]];
    }),
  );
}

/** What every error of the platform has, also where the specification does not list its status. */
function requireError(body: unknown): void {
  expect(body).toEqual(expect.objectContaining({ error: expect.any(String) }));
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\bat .*\.ts|\/opt\/hangar/);
}

export function createConformance(baseUrl: string, token: string): Conformance {
  const seen = new Map<string, Set<string>>();
  const validate = (name: string, status: number, type: string, body: unknown): void => {
    const { responses } = operationOf(name);
    const listed = responses[String(status)];
    if (status < 300) expect(listed, `${name} answers ${status}`).toBeDefined();
    if (status >= 400 && type === "application/json") requireError(body);
    if (listed?.content?.["application/json"]?.schema === undefined || type !== "application/json") return;
    const validator = new OpenAPIResponseValidator({
      responses: withoutDescription(responses),
      components: specification.components,
    });
    const problem = validator.validateResponse(String(status), body);
    expect(problem?.errors ?? [], `${name} ${status}: ${JSON.stringify(body).slice(0, 500)}`).toEqual([]);
  };

  return {
    call: async (name, { at = [], query = "", body, headers = {}, status, variant } = {}) => {
      const [method = "", template = ""] = name.split(" ");
      const parts = [...at];
      const pathname = template.replaceAll(/\{[^}]+\}/g, () => encodeURIComponent(parts.shift() ?? ""));
      const response = await fetch(`${baseUrl}/v1${pathname}${query === "" ? "" : `?${query}`}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
      const answer: unknown = type === "application/json" ? JSON.parse(text) : text;
      const right = status ?? Number(Object.keys(operationOf(name).responses).find((code) => code.startsWith("2")));
      expect(response.status, `${name}: ${text.slice(0, 500)}`).toBe(right);
      expect(response.headers.get("fly-request-id")).toMatch(/^[0-9A-Z]{26}-[a-z]{3}$/);
      validate(name, response.status, type, answer);
      if (response.ok) expect(CONTRACT[name]?.safeParse(answer).error, name).toBeUndefined();
      seen.set(
        name,
        (seen.get(name) ?? new Set()).add(`${response.status}${variant === undefined ? "" : ` ${variant}`}`),
      );
      return answer;
    },
    exercised: () => Object.fromEntries([...seen].map(([name, variants]) => [name, [...variants].toSorted()])),
    report: (name) => {
      const folder = path.join(import.meta.dirname, "../../.cache/conformance");
      mkdirSync(folder, { recursive: true });
      const file = path.join(folder, `${name}.json`);
      const missing = operations.filter((operation) => !seen.has(operation));
      const exercised = Object.fromEntries([...seen].map(([key, value]) => [key, [...value].toSorted()]));
      const share = (operations.length - missing.length) / operations.length;
      writeFileSync(file, `${JSON.stringify({ operations: operations.length, share, missing, exercised }, null, 2)}\n`);
      return file;
    },
  };
}
