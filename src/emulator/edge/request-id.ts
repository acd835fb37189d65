// Request identifiers as the platform makes them: a ULID, a dash, and the entry region.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
/** Random bytes are fetched for so many identifiers at a time: one call to the kernel costs more than the rest together. */
const BATCH = 64;

/**
 * A source of identifiers.
 * @param nowMs milliseconds since the epoch
 * @param randomBytes unpredictable bytes: identifiers appear in logs of several tenants
 */
export function createRequestIds(
  nowMs: () => number,
  randomBytes: (count: number) => Uint8Array,
): (region: string) => string {
  let random: Uint8Array = new Uint8Array(0);
  let used = 0;
  let timeMs = -1;
  let time = "";

  return (region) => {
    const now = nowMs();
    if (now !== timeMs) {
      timeMs = now;
      time = renderTime(now);
    }
    if (used + RANDOM_CHARACTERS > random.length) {
      random = randomBytes(BATCH * RANDOM_CHARACTERS);
      used = 0;
    }
    let id = time;
    for (let i = 0; i < RANDOM_CHARACTERS; i += 1) id += ALPHABET[random[used + i]! & 31];
    used += RANDOM_CHARACTERS;
    return `${id}-${region}`;
  };
}

function renderTime(ms: number): string {
  let text = "";
  for (let rest = ms; text.length < TIME_CHARACTERS; rest = Math.floor(rest / 32))
    text = `${ALPHABET[rest % 32]}${text}`;
  return text;
}
