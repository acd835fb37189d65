// What an interoperability case is: a program that nobody here wrote, doing one thing through the edge.
export interface Stage {
  readonly port: number;
  readonly securePort: number;
  /** PEM of the authority that signs for the edge, and a file of it. */
  readonly authority: string;
  readonly authorityFile: string;
  /** What the next page that is opened says that it got, as JSON. */
  pageResult(): Promise<string>;
  /** A folder for what programs need, removed at the end. */
  readonly dir: string;
}

export interface InteropCase {
  readonly name: string;
  /** Throws where the program does not get what it should. */
  run(stage: Stage): Promise<void>;
}

export interface InteropProgram {
  readonly name: string;
  /** Its version; undefined: this machine does not have it. */
  version(): Promise<string | undefined>;
  readonly cases: readonly InteropCase[];
}

/** Apps of the stage, each reached across two edges: clients enter at iad, machines are in ams. */
export const WEB_HOST = "iad.web.localhost";
export const GRPC_HOST = "iad.grpc.localhost";
