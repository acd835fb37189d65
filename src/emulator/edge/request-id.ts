// Request identifiers as the platform makes them: a ULID, a dash, and the entry region.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = Buffer.from(ALPHABET);
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
/** Regions have three letters; with the dash. */
const MAX_REGION_CHARACTERS = 16;
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
  // Each identifier is one text, read from here: put together from others, it would be a chain that its record keeps alive.
  const text = Buffer.alloc(TIME_CHARACTERS + RANDOM_CHARACTERS + MAX_REGION_CHARACTERS);
  let random: Uint8Array = new Uint8Array();
  let used = 0;
  let timeMs = -1;
  let ending = "";

  return (region) => {
    const now = nowMs();
    if (now !== timeMs) {
      timeMs = now;
      text.write(renderTime(now), 0, "latin1");
    }
    if (used === random.length) {
      random = randomBytes(BATCH * RANDOM_CHARACTERS);
      used = 0;
    }
    for (let i = 0; i < RANDOM_CHARACTERS; i += 1) text[TIME_CHARACTERS + i] = CHARACTERS[random[used + i]! & 31]!;
    used += RANDOM_CHARACTERS;
    if (region !== ending) text.write(`-${(ending = region)}`, TIME_CHARACTERS + RANDOM_CHARACTERS, "latin1");
    return text.toString("latin1", 0, TIME_CHARACTERS + RANDOM_CHARACTERS + 1 + region.length);
  };
}

function renderTime(ms: number): string {
  let text = "";
  for (let rest = ms; text.length < TIME_CHARACTERS; rest = Math.floor(rest / 32))
    text = `${ALPHABET[rest % 32]}${text}`;
  return text;
}
