// Request identifiers as the platform makes them: a ULID, a dash, and the entry region.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = Buffer.from(ALPHABET);
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
/** Random bytes are fetched for so many identifiers at a time: one call to the kernel costs more than the rest together. */
const BATCH = 256;

/**
 * A source of identifiers.
 * @param nowMs milliseconds since the epoch
 * @param randomBytes unpredictable bytes: identifiers appear in logs of several tenants
 */
export function createRequestIds(
  nowMs: () => number,
  randomBytes: (count: number) => Uint8Array,
): (region: string) => string {
  let characters = "";
  let used = 0;
  let timeMs = -1;
  let time = "";

  return (region) => {
    const now = nowMs();
    if (now !== timeMs) {
      timeMs = now;
      time = renderTime(now);
    }
    if (used === characters.length) {
      // One text for the batch: made sign by sign, each identifier would be a chain of strings that its record keeps.
      const bytes = Buffer.from(randomBytes(BATCH * RANDOM_CHARACTERS));
      for (let i = 0; i < bytes.length; i += 1) bytes[i] = CHARACTERS[bytes[i]! & 31]!;
      characters = bytes.toString("latin1");
      used = 0;
    }
    const from = used;
    used += RANDOM_CHARACTERS;
    return `${time}${characters.slice(from, used)}-${region}`;
  };
}

function renderTime(ms: number): string {
  let text = "";
  for (let rest = ms; text.length < TIME_CHARACTERS; rest = Math.floor(rest / 32))
    text = `${ALPHABET[rest % 32]}${text}`;
  return text;
}
