// What the head of a message says, as positions in the bytes it was read from. Filled by head-parser.ts, used at once:
// the record is meant to be reused for the next message.
import { FOLDED_TOKEN } from "./byte-classes.ts";
import { FIELD, type Field } from "./field-names.ts";
import { LastText } from "./last-text.ts";

/** How large a head may be. */
export interface HeadLimits {
  readonly maxBytes: number;
  readonly maxFields: number;
  readonly maxTargetBytes: number;
}

/** What clients may send: more than any browser sends, and twice what Node.js accepts, so that the app decides first. */
export const CLIENT_HEAD_LIMITS: HeadLimits = { maxBytes: 32_768, maxFields: 128, maxTargetBytes: 16_384 };
/** Between edges a head is the client's plus the platform's fields. */
export const BACKHAUL_HEAD_LIMITS: HeadLimits = { maxBytes: 65_536, maxFields: 192, maxTargetBytes: 16_384 };

/** Numbers kept per field: kind, start of its line, end of its name, start and end of its value; its line ends where the next begins. */
const STRIDE = 5;

export class Head {
  /** Bytes of the whole head, from its start. */
  length = 0;
  minorVersion = 1;
  /** Status of a response. */
  status = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** Where the first field's line begins. */
  fieldsStart = 0;
  /** Where the empty line begins that ends the head. */
  fieldsEnd = 0;
  fieldCount = 0;
  /** One bit for each kind of field that occurs. */
  kinds = 0;
  /** -1 where there is none. */
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  /** The Connection field names `upgrade`. */
  connectionUpgrade = false;
  expectContinue = false;
  hostStart = 0;
  hostEnd = 0;
  /** Lower-case names that the Connection field nominates besides the usual options; these fields end here too. */
  nominated: string[] = [];
  #fields = new Int32Array(CLIENT_HEAD_LIMITS.maxFields * STRIDE);
  /** By kind: those whose values are read often, and change seldom. */
  readonly #lastOf: readonly (LastText | undefined)[] = Object.values(FIELD).map((kind) =>
    kind === FIELD.acceptEncoding || kind === FIELD.contentType ? new LastText() : undefined,
  );

  reset(): void {
    this.length = 0;
    this.minorVersion = 1;
    this.status = 0;
    this.fieldCount = 0;
    this.kinds = 0;
    this.contentLength = -1;
    this.chunked = false;
    this.close = false;
    this.keepAlive = false;
    this.connectionUpgrade = false;
    this.expectContinue = false;
    this.hostStart = 0;
    this.hostEnd = 0;
    if (this.nominated.length > 0) this.nominated = [];
  }

  addField(kind: Field, lineStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.fieldCount * STRIDE;
    if (at >= this.#fields.length) {
      const larger = new Int32Array(this.#fields.length * 2);
      larger.set(this.#fields);
      this.#fields = larger;
    }
    const fields = this.#fields;
    fields[at] = kind;
    fields[at + 1] = lineStart;
    fields[at + 2] = nameEnd;
    fields[at + 3] = valueStart;
    fields[at + 4] = valueEnd;
    this.fieldCount += 1;
    this.kinds |= 1 << kind;
  }

  has(kind: Field): boolean {
    return (this.kinds & (1 << kind)) !== 0;
  }

  kind(index: number): Field {
    return this.#fields[index * STRIDE] as Field;
  }

  lineStart(index: number): number {
    return index < this.fieldCount ? this.#fields[index * STRIDE + 1]! : this.fieldsEnd;
  }

  nameEnd(index: number): number {
    return this.#fields[index * STRIDE + 2]!;
  }

  valueStart(index: number): number {
    return this.#fields[index * STRIDE + 3]!;
  }

  valueEnd(index: number): number {
    return this.#fields[index * STRIDE + 4]!;
  }

  name(bytes: Buffer, index: number): string {
    const at = index * STRIDE;
    return bytes.toString("latin1", this.#fields[at + 1], this.#fields[at + 2]).toLowerCase();
  }

  value(bytes: Buffer, index: number): string {
    const at = index * STRIDE;
    const [start, end] = [this.#fields[at + 3]!, this.#fields[at + 4]!];
    const last = this.#lastOf[this.#fields[at]!];
    return last === undefined ? bytes.toString("latin1", start, end) : last.of(bytes, start, end);
  }

  /** The value of the first field of that kind, or undefined. */
  valueOf(bytes: Buffer, kind: Field): string | undefined {
    if (!this.has(kind)) return undefined;
    for (let i = 0; i < this.fieldCount; i += 1) if (this.kind(i) === kind) return this.value(bytes, i);
    return undefined;
  }

  /** Whether the first field of that kind begins with those bytes, in whatever case; expected in lower case. */
  valueStartsWith(bytes: Buffer, kind: Field, expected: Buffer): boolean {
    if (!this.has(kind)) return false;
    for (let i = 0; i < this.fieldCount; i += 1) {
      if (this.kind(i) !== kind) continue;
      const start = this.#fields[i * STRIDE + 3]!;
      if (this.#fields[i * STRIDE + 4]! - start < expected.length) return false;
      for (let j = 0; j < expected.length; j += 1) {
        const byte = bytes[start + j]!;
        if (byte !== expected[j] && (FOLDED_TOKEN[byte] === 0 || FOLDED_TOKEN[byte] !== expected[j])) return false;
      }
      return true;
    }
    return false;
  }

  /** The value of the first field with that lower-case name, or undefined. The kind is the name's: few fields have it. */
  valueNamed(bytes: Buffer, kind: Field, name: string): string | undefined {
    if (!this.has(kind)) return undefined;
    for (let i = 0; i < this.fieldCount; i += 1)
      if (this.kind(i) === kind && this.name(bytes, i) === name) return this.value(bytes, i);
    return undefined;
  }

  /** All values of fields of that kind as one list, or undefined where there is none. */
  joinedValuesOf(bytes: Buffer, kind: Field): string | undefined {
    if (!this.has(kind)) return undefined;
    let joined: string | undefined;
    for (let i = 0; i < this.fieldCount; i += 1) {
      if (this.kind(i) === kind)
        joined = joined === undefined ? this.value(bytes, i) : `${joined}, ${this.value(bytes, i)}`;
    }
    return joined;
  }

  /**
   * The field lines, ends of line included, without those of the kinds in `dropped` and those that Connection nominated.
   * @param dropped one entry per kind; 1 drops
   * @param withoutFraming drops Content-Length and Transfer-Encoding as well
   * @param removed lower-case names of further fields to drop
   * @param from where what is kept begins, if that is before the fields
   */
  keptLines(
    bytes: Buffer,
    dropped: Uint8Array,
    withoutFraming = false,
    removed?: ReadonlySet<string>,
    from = this.fieldsStart,
  ): string {
    let kept = "";
    let runStart = from;
    for (let i = 0; i < this.fieldCount; i += 1) {
      const kind = this.kind(i);
      const framing = kind === FIELD.contentLength || kind === FIELD.transferEncoding;
      const nominated = this.nominated.length > 0 && this.nominated.includes(this.name(bytes, i));
      const named = removed?.has(this.name(bytes, i)) === true;
      if (dropped[kind] !== 1 && !nominated && !named && !(framing && withoutFraming)) continue;
      const lineStart = this.lineStart(i);
      if (lineStart > runStart) kept += bytes.toString("latin1", runStart, lineStart);
      runStart = this.lineStart(i + 1);
    }
    return runStart < this.fieldsEnd ? kept + bytes.toString("latin1", runStart, this.fieldsEnd) : kept;
  }
}

/** A table for keptLines that drops the given kinds. */
export function droppedKinds(...kinds: readonly Field[]): Uint8Array {
  const table = new Uint8Array(Object.keys(FIELD).length);
  for (const kind of kinds) table[kind] = 1;
  return table;
}
