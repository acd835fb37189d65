// Pure: what the edge says about its decision on a request, as far as a person is shown it.

export interface ExplainedCandidate {
  readonly machine: string;
  readonly region: string;
  readonly rttMs: number;
  readonly load: number;
  readonly state: string;
}

export interface ExplainedStep {
  readonly kind: string;
  /** Since the edge had read the request's head. */
  readonly atMs: number;
  readonly machine?: string;
  readonly region?: string;
  readonly app?: string;
  readonly detail?: string;
}

export interface Explanation {
  readonly attempts: number;
  readonly candidates: readonly ExplainedCandidate[];
  readonly steps: readonly ExplainedStep[];
}

/** The explanation in a trace, or undefined where it has none that can be read. */
export function parseExplanation(header: string | undefined): Explanation | undefined {
  try {
    const trace = JSON.parse(header ?? "") as Partial<Explanation>;
    if (!Array.isArray(trace.steps)) return undefined;
    return { attempts: trace.attempts ?? 0, candidates: trace.candidates ?? [], steps: trace.steps };
  } catch {
    return undefined;
  }
}
