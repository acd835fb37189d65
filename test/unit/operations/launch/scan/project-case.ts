/** A project and what a scan has to find out about it. */
export interface ProjectCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly expect: {
    readonly framework: string;
    readonly source?: string;
    readonly port: number;
    readonly template?: string;
    /** The words of CMD. */
    readonly start?: readonly string[];
    readonly health?: string;
    readonly databases?: readonly string[];
    readonly secrets?: readonly string[];
    readonly release?: string;
    readonly volume?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly processes?: Readonly<Record<string, string>>;
    readonly killSignal?: string;
    /** How many. */
    readonly notes?: number;
    readonly dockerfile?: readonly RegExp[];
    readonly dockerfileNot?: readonly RegExp[];
  };
}
