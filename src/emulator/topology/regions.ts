// The regions of the platform: where they are, what they are called, and what a person who typed something else meant.
// Facts and pure functions only; round-trip times live in rtt.ts, which regions a planet runs is not decided here.

/** The three-letter code of an active region, e.g. `"iad"`. */
export type RegionCode =
  | "ams"
  | "arn"
  | "bom"
  | "cdg"
  | "dfw"
  | "ewr"
  | "fra"
  | "gru"
  | "iad"
  | "jnb"
  | "lax"
  | "lhr"
  | "nrt"
  | "ord"
  | "sin"
  | "sjc"
  | "syd"
  | "yyz";

/** A continent as the platform's API groups regions. */
export type GeoRegion = "africa" | "asia_pacific" | "europe" | "north_america" | "south_america";

/** A point on Earth in decimal degrees, north and east positive. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** An active region; its coordinates are those of the airport that gives the code, in decimal degrees. */
export interface Region extends Coordinates {
  readonly code: RegionCode;
  /** As flyctl prints it: `"Ashburn, Virginia (US)"`. */
  readonly name: string;
  readonly city: string;
  readonly country: string;
  readonly geoRegion: GeoRegion;
  /** Whether the region has a WireGuard gateway. */
  readonly gatewayAvailable: boolean;
}

/** A region that the platform once had, kept so that old configurations get a useful answer. */
export interface RetiredRegion extends Coordinates {
  readonly code: string;
  readonly city: string;
}

/** The active regions, sorted by code. */
export const REGIONS: readonly Region[] = [
  {
    code: "ams",
    name: "Amsterdam, Netherlands",
    city: "Amsterdam",
    country: "Netherlands",
    latitude: 52.3086,
    longitude: 4.7639,
    geoRegion: "europe",
    gatewayAvailable: true,
  },
  {
    code: "arn",
    name: "Stockholm, Sweden",
    city: "Stockholm",
    country: "Sweden",
    latitude: 59.6519,
    longitude: 17.9186,
    geoRegion: "europe",
    gatewayAvailable: true,
  },
  {
    code: "bom",
    name: "Mumbai, India",
    city: "Mumbai",
    country: "India",
    latitude: 19.0887,
    longitude: 72.8679,
    geoRegion: "asia_pacific",
    gatewayAvailable: true,
  },
  {
    code: "cdg",
    name: "Paris, France",
    city: "Paris",
    country: "France",
    latitude: 49.0097,
    longitude: 2.5478,
    geoRegion: "europe",
    gatewayAvailable: true,
  },
  {
    code: "dfw",
    name: "Dallas, Texas (US)",
    city: "Dallas",
    country: "United States",
    latitude: 32.8968,
    longitude: -97.038,
    geoRegion: "north_america",
    gatewayAvailable: true,
  },
  {
    code: "ewr",
    name: "Secaucus, NJ (US)",
    city: "Secaucus",
    country: "United States",
    latitude: 40.6925,
    longitude: -74.1687,
    geoRegion: "north_america",
    gatewayAvailable: true,
  },
  {
    code: "fra",
    name: "Frankfurt, Germany",
    city: "Frankfurt",
    country: "Germany",
    latitude: 50.0333,
    longitude: 8.5706,
    geoRegion: "europe",
    gatewayAvailable: true,
  },
  {
    code: "gru",
    name: "Sao Paulo, Brazil",
    city: "São Paulo",
    country: "Brazil",
    latitude: -23.4356,
    longitude: -46.4731,
    geoRegion: "south_america",
    gatewayAvailable: false,
  },
  {
    code: "iad",
    name: "Ashburn, Virginia (US)",
    city: "Ashburn",
    country: "United States",
    latitude: 38.9445,
    longitude: -77.4558,
    geoRegion: "north_america",
    gatewayAvailable: true,
  },
  {
    code: "jnb",
    name: "Johannesburg, South Africa",
    city: "Johannesburg",
    country: "South Africa",
    latitude: -26.1392,
    longitude: 28.246,
    geoRegion: "africa",
    gatewayAvailable: false,
  },
  {
    code: "lax",
    name: "Los Angeles, California (US)",
    city: "Los Angeles",
    country: "United States",
    latitude: 33.9425,
    longitude: -118.4081,
    geoRegion: "north_america",
    gatewayAvailable: true,
  },
  {
    code: "lhr",
    name: "London, United Kingdom",
    city: "London",
    country: "United Kingdom",
    latitude: 51.4706,
    longitude: -0.4619,
    geoRegion: "europe",
    gatewayAvailable: true,
  },
  {
    code: "nrt",
    name: "Tokyo, Japan",
    city: "Tokyo",
    country: "Japan",
    latitude: 35.7647,
    longitude: 140.3864,
    geoRegion: "asia_pacific",
    gatewayAvailable: true,
  },
  {
    code: "ord",
    name: "Chicago, Illinois (US)",
    city: "Chicago",
    country: "United States",
    latitude: 41.9786,
    longitude: -87.9048,
    geoRegion: "north_america",
    gatewayAvailable: true,
  },
  {
    code: "sin",
    name: "Singapore, Singapore",
    city: "Singapore",
    country: "Singapore",
    latitude: 1.3502,
    longitude: 103.9944,
    geoRegion: "asia_pacific",
    gatewayAvailable: true,
  },
  {
    code: "sjc",
    name: "San Jose, California (US)",
    city: "San Jose",
    country: "United States",
    latitude: 37.3626,
    longitude: -121.9291,
    geoRegion: "north_america",
    gatewayAvailable: true,
  },
  {
    code: "syd",
    name: "Sydney, Australia",
    city: "Sydney",
    country: "Australia",
    latitude: -33.9461,
    longitude: 151.1772,
    geoRegion: "asia_pacific",
    gatewayAvailable: true,
  },
  {
    code: "yyz",
    name: "Toronto, Canada",
    city: "Toronto",
    country: "Canada",
    latitude: 43.6772,
    longitude: -79.6306,
    geoRegion: "north_america",
    gatewayAvailable: true,
  },
];

/** The codes that configurations and documentation still name but that take no machines any more, sorted by code. */
export const RETIRED_REGIONS: readonly RetiredRegion[] = [
  { code: "atl", city: "Atlanta", latitude: 33.6367, longitude: -84.4281 },
  { code: "bog", city: "Bogotá", latitude: 4.7016, longitude: -74.1469 },
  { code: "bos", city: "Boston", latitude: 42.3643, longitude: -71.0052 },
  { code: "den", city: "Denver", latitude: 39.8561, longitude: -104.6737 },
  { code: "eze", city: "Buenos Aires", latitude: -34.8222, longitude: -58.5358 },
  { code: "gdl", city: "Guadalajara", latitude: 20.5218, longitude: -103.3112 },
  { code: "gig", city: "Rio de Janeiro", latitude: -22.81, longitude: -43.2506 },
  { code: "hkg", city: "Hong Kong", latitude: 22.308, longitude: 113.9185 },
  { code: "mad", city: "Madrid", latitude: 40.4719, longitude: -3.5626 },
  { code: "mia", city: "Miami", latitude: 25.7932, longitude: -80.2906 },
  { code: "otp", city: "Bucharest", latitude: 44.5711, longitude: 26.085 },
  { code: "phx", city: "Phoenix", latitude: 33.4342, longitude: -112.0116 },
  { code: "qro", city: "Querétaro", latitude: 20.6173, longitude: -100.1857 },
  { code: "scl", city: "Santiago", latitude: -33.393, longitude: -70.7858 },
  { code: "sea", city: "Seattle", latitude: 47.449, longitude: -122.3093 },
  { code: "waw", city: "Warsaw", latitude: 52.1657, longitude: 20.9671 },
  { code: "yul", city: "Montreal", latitude: 45.4706, longitude: -73.7408 },
];

const BY_CODE: ReadonlyMap<string, Region> = new Map(REGIONS.map((region) => [region.code, region]));

/** The region with exactly this code; always there when the code is a `RegionCode`. */
export function findRegion(code: RegionCode): Region;
export function findRegion(code: string): Region | undefined;
export function findRegion(code: string): Region | undefined {
  return BY_CODE.get(code);
}

/** The retired region with exactly this code. */
export function findRetiredRegion(code: string): RetiredRegion | undefined {
  return RETIRED_REGIONS.find((region) => region.code === code);
}

/** Whether a text is the code of an active region, spelt exactly. */
export function isRegionCode(code: string): code is RegionCode {
  return BY_CODE.has(code);
}

/** The great-circle distance between two points, in kilometres (haversine on the mean Earth radius). */
export function distanceKm(from: Coordinates, to: Coordinates): number {
  const radians = Math.PI / 180;
  const halfLatitude = ((to.latitude - from.latitude) * radians) / 2;
  const halfLongitude = ((to.longitude - from.longitude) * radians) / 2;
  const chord =
    Math.sin(halfLatitude) ** 2 +
    Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * Math.sin(halfLongitude) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(chord));
}

/** The active region closest to a point by great circle, e.g. the one to offer in place of a retired region. */
export function nearestActiveRegion(point: Coordinates): RegionCode {
  return REGIONS.reduce((best, region) => (distanceKm(region, point) < distanceKm(best, point) ? region : best)).code;
}

// What people type who come from elsewhere: other airports of the same metro, other clouds' names, short country names.
// Where the other cloud is in another city (Oregon, Ohio, Ireland), the value is the closest region we have.
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    us: "united states",
    usa: "united states",
    america: "united states",
    uk: "united kingdom",
    england: "united kingdom",
    eu: "europe",
    asia: "asia pacific",
    apac: "asia pacific",
    "new york": "ewr",
    "new jersey": "ewr",
    nyc: "ewr",
    jfk: "ewr",
    washington: "iad",
    dca: "iad",
    "san francisco": "sjc",
    "silicon valley": "sjc",
    sfo: "sjc",
    bombay: "bom",
    hnd: "nrt",
    "us east 1": "iad",
    "us east 2": "ord",
    "us west 1": "sjc",
    "us west 2": "sjc",
    "ca central 1": "yyz",
    "sa east 1": "gru",
    "eu west 1": "lhr",
    "eu west 2": "lhr",
    "eu west 3": "cdg",
    "eu central 1": "fra",
    "eu north 1": "arn",
    "af south 1": "jnb",
    "ap south 1": "bom",
    "ap southeast 1": "sin",
    "ap southeast 2": "syd",
    "ap northeast 1": "nrt",
    "us central1": "ord",
    "europe west1": "ams",
    eastus: "iad",
    westeurope: "ams",
  }),
);

// Twice the longest region name; comparing costs time in proportion to the length, and the input may come from a request.
const MAX_INPUT = 64;

/**
 * The regions that a text which is no region code probably means, best first; empty when nothing comes close.
 * @example suggestRegion("tokio") // ["nrt"]
 * @example suggestRegion("us-east-1") // ["iad"]
 */
export function suggestRegion(input: string): RegionCode[] {
  if (input.length > MAX_INPUT) return [];
  const typed = simplify(input);
  if (typed === "") return [];
  const wanted = ALIASES.get(typed) ?? typed;
  if (isRegionCode(wanted)) return [wanted];
  const retired = RETIRED_REGIONS.find((region) => region.code === wanted || simplify(region.city) === wanted);
  if (retired !== undefined) return [nearestActiveRegion(retired)];
  const named = REGIONS.filter((region) => namesOf(region).includes(wanted));
  if (named.length > 0) return named.map((region) => region.code);
  const begun =
    wanted.length < 3 ? [] : REGIONS.filter((region) => namesOf(region).some((name) => name.startsWith(wanted)));
  if (begun.length > 0) return begun.map((region) => region.code);
  return misspelt(wanted);
}

const MAX_MISSPELT = 3;

/** Regions whose code is one slip away, or whose name is as many slips away as its length excuses: one in four letters, at most two. */
function misspelt(wanted: string): RegionCode[] {
  const found: { code: RegionCode; slips: number }[] = [];
  for (const region of REGIONS) {
    const codeSlips = wanted.length <= 4 ? editDistance(wanted, region.code) : Infinity;
    const nameSlips = Math.min(...namesOf(region).map((name) => editDistance(wanted, name)));
    if (codeSlips <= 1 || nameSlips <= Math.min(2, Math.floor(wanted.length / 4))) {
      found.push({ code: region.code, slips: Math.min(codeSlips, nameSlips) });
    }
  }
  // The sort is stable and REGIONS is in code order, so equal candidates stay in code order.
  return found
    .toSorted((a, b) => a.slips - b.slips)
    .slice(0, MAX_MISSPELT)
    .map((candidate) => candidate.code);
}

/** City, state, country and continent of a region, simplified. */
function namesOf(region: Region): string[] {
  const parts = region.name.replace(" (US)", "").split(", ");
  return [...parts, region.city, region.country, region.geoRegion].map(simplify);
}

/** Lower case without accents, every run of other characters one space: `"São-Paulo"` → `"sao paulo"`. */
function simplify(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/** The number of single-character changes between two texts; swapping two neighbours counts as one. */
function editDistance(a: string, b: string): number {
  const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? at(beforeLast, j - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}
