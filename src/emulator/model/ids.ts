// Identifiers in the platform's shapes. Pure: time and randomness are arguments.

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Gives `count` random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** A ULID: 48 bits of milliseconds and 80 random bits in Crockford's base 32, 26 characters; sorts by time. */
export function ulid(nowMs: number, random: RandomBytes): string {
  let time = "";
  for (let rest = nowMs, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) time = CROCKFORD.charAt(rest % 32) + time;
  return time + Array.from(random(16), (byte) => CROCKFORD.charAt(byte & 31)).join("");
}

/** A machine ID: 14 hexadecimal digits. */
export function machineId(random: RandomBytes): string {
  return Array.from(random(7), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const ADJECTIVES = [
  "autumn",
  "billowing",
  "bold",
  "cold",
  "crimson",
  "dawn",
  "falling",
  "green",
  "hidden",
  "icy",
  "little",
  "lively",
  "misty",
  "morning",
  "polished",
  "quiet",
  "red",
  "restless",
  "shy",
  "silent",
  "small",
  "snowy",
  "solitary",
  "sparkling",
  "spring",
  "still",
  "summer",
  "twilight",
  "wandering",
  "white",
  "wild",
  "winter",
  "withered",
  "young",
];
const NOUNS = [
  "bird",
  "breeze",
  "brook",
  "cloud",
  "dew",
  "dream",
  "field",
  "fire",
  "flower",
  "fog",
  "forest",
  "frost",
  "glade",
  "grass",
  "haze",
  "hill",
  "lake",
  "leaf",
  "meadow",
  "moon",
  "mountain",
  "night",
  "pine",
  "pond",
  "rain",
  "river",
  "sea",
  "shadow",
  "sky",
  "snow",
  "sound",
  "star",
  "sun",
  "sunset",
  "surf",
  "thunder",
  "violet",
  "water",
  "waterfall",
  "wave",
  "wind",
  "wood",
];

/** A machine name such as "quiet-river-4821", for machines that nobody named. */
export function machineName(random: RandomBytes): string {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return `${ADJECTIVES[a % ADJECTIVES.length]}-${NOUNS[b % NOUNS.length]}-${((c << 8) | d) % 10_000}`;
}

function base32(value: number, length: number): string {
  let text = "";
  for (let rest = value, i = 0; i < length; i += 1, rest = Math.floor(rest / 32))
    text = CROCKFORD.charAt(rest % 32) + text;
  return text;
}

/** The ID of an event, in the shape of a ULID: its time and then its number, so that IDs sort as events happened. */
export function eventId(timestampMs: number, sequence: number): string {
  return base32(timestampMs, 10) + base32(sequence, 16);
}

/** Lower-case letters and digits that nobody guesses, behind a prefix: "vol_4qx0g8w2mz7k6t1r". */
export function prefixedId(prefix: string, random: RandomBytes): string {
  return `${prefix}_${Array.from(random(16), (byte) => CROCKFORD.charAt(byte & 31))
    .join("")
    .toLowerCase()}`;
}
