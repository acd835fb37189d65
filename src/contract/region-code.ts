// The code of a region on the wire.
import { z } from "zod";

/** Three letters: `iad`. */
export const RegionCodeSchema = z.string().regex(/^[a-z]{3}$/);
