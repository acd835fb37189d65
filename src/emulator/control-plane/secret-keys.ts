// Keys that an app keeps with the platform and uses without seeing them: by node:crypto where it has the algorithm, by
// TweetNaCl for the nacl_ ones. Pure but for the randomness that is handed in.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import nacl from "tweetnacl";
import type { SecretKeyType } from "../../contract/secrets.ts";
import { AppError } from "../../errors/app-error.ts";
import type { RandomBytes } from "../model/ids.ts";
import { openXaes, sealXaes } from "./xaes.ts";

export interface KeyMaterial {
  readonly type: SecretKeyType;
  readonly material: Uint8Array;
}

export interface NewKey extends KeyMaterial {
  readonly publicKey?: Uint8Array;
}

const HMAC: Partial<Record<SecretKeyType, { readonly hash: string; readonly bytes: number; readonly taken?: number }>> =
  {
    hs256: { hash: "sha256", bytes: 32 },
    hs384: { hash: "sha384", bytes: 48 },
    hs512: { hash: "sha512", bytes: 64 },
    // HMAC-SHA-512-256: the first half of the whole.
    nacl_auth: { hash: "sha512", bytes: 32, taken: 32 },
  };
const SYMMETRIC_BYTES = 32;

function refuse(what: string, cause?: unknown): AppError {
  return new AppError("REQUEST_INVALID", `invalid request: ${what}`, cause === undefined ? {} : { cause });
}

function privateKey({ material }: KeyMaterial): KeyObject {
  return createPrivateKey({ key: Buffer.from(material), format: "der", type: "pkcs8" });
}

function spki(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ format: "der", type: "spki" });
}

/** A new key of the type. */
export function generateKey(type: SecretKeyType, random: RandomBytes): NewKey {
  switch (type) {
    case "es256": {
      const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return { type, material: key.export({ format: "der", type: "pkcs8" }), publicKey: spki(key) };
    }
    case "nacl_box": {
      const pair = nacl.box.keyPair.fromSecretKey(random(SYMMETRIC_BYTES));
      return { type, material: pair.secretKey, publicKey: pair.publicKey };
    }
    case "nacl_sign": {
      const pair = nacl.sign.keyPair.fromSeed(random(SYMMETRIC_BYTES));
      return { type, material: pair.secretKey, publicKey: pair.publicKey };
    }
    default:
      return { type, material: random(HMAC[type]?.bytes ?? SYMMETRIC_BYTES) };
  }
}

/** A key from bytes of the caller. @throws REQUEST_INVALID they are no key of the type */
export function importKey(type: SecretKeyType, bytes: Uint8Array): NewKey {
  const material = new Uint8Array(bytes);
  switch (type) {
    case "es256":
      try {
        const key = createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" });
        if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw refuse("the key is not one of P-256");
        return { type, material, publicKey: spki(key) };
      } catch (error) {
        throw error instanceof AppError ? error : refuse("value is no PKCS#8 key", error);
      }
    case "nacl_box":
      if (material.length !== nacl.box.secretKeyLength) throw refuse("value must have 32 bytes");
      return { type, material, publicKey: nacl.box.keyPair.fromSecretKey(material).publicKey };
    case "nacl_sign": {
      if (material.length !== nacl.sign.secretKeyLength && material.length !== nacl.sign.seedLength)
        throw refuse("value must have 32 bytes (a seed) or 64");
      const pair = nacl.sign.keyPair.fromSeed(material.slice(0, nacl.sign.seedLength));
      return { type, material: pair.secretKey, publicKey: pair.publicKey };
    }
    default: {
      const least = HMAC[type]?.bytes ?? SYMMETRIC_BYTES;
      const exact = HMAC[type] === undefined || type === "nacl_auth";
      if (exact ? material.length !== least : material.length < least)
        throw refuse(`value must have ${exact ? "" : "at least "}${least} bytes`);
      return { type, material };
    }
  }
}

/** @throws REQUEST_INVALID the key cannot encrypt */
export function encryptWith(
  key: KeyMaterial,
  plain: Uint8Array,
  associated: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  const message = new Uint8Array(plain);
  if (key.type === "xaes256gcm") return sealXaes(key.material, random(24), plain, associated);
  if (key.type !== "nacl_secretbox" && key.type !== "nacl_box")
    throw refuse(`a key of type ${key.type} cannot encrypt`);
  if (associated.length > 0) throw refuse(`a key of type ${key.type} takes no associated_data`);
  const nonce = random(24);
  const material = new Uint8Array(key.material);
  if (key.type === "nacl_secretbox") return Buffer.concat([nonce, nacl.secretbox(message, nonce, material)]);
  // To the key's own public half, from a key that nobody keeps.
  const sender = nacl.box.keyPair.fromSecretKey(random(SYMMETRIC_BYTES));
  const { publicKey } = nacl.box.keyPair.fromSecretKey(material);
  return Buffer.concat([sender.publicKey, nonce, nacl.box(message, nonce, publicKey, sender.secretKey)]);
}

/** @throws REQUEST_INVALID the key cannot decrypt, or not this */
export function decryptWith(key: KeyMaterial, cipher: Uint8Array, associated: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(cipher);
  const material = new Uint8Array(key.material);
  let plain: Uint8Array | null | undefined;
  if (key.type === "xaes256gcm") plain = openXaes(key.material, cipher, associated);
  else if (key.type === "nacl_secretbox")
    plain = bytes.length < 24 ? null : nacl.secretbox.open(bytes.slice(24), bytes.slice(0, 24), material);
  else if (key.type === "nacl_box")
    plain =
      bytes.length < 56 ? null : nacl.box.open(bytes.slice(56), bytes.slice(32, 56), bytes.slice(0, 32), material);
  else throw refuse(`a key of type ${key.type} cannot decrypt`);
  if (plain === null || plain === undefined) throw refuse("the ciphertext was not made with this key");
  return plain;
}

/** @throws REQUEST_INVALID the key cannot sign */
export function signWith(key: KeyMaterial, plain: Uint8Array): Uint8Array {
  const hmac = HMAC[key.type];
  if (hmac !== undefined)
    return createHmac(hmac.hash, key.material)
      .update(plain)
      .digest()
      .subarray(0, hmac.taken ?? hmac.bytes);
  if (key.type === "es256") return sign("sha256", plain, { key: privateKey(key), dsaEncoding: "ieee-p1363" });
  if (key.type === "nacl_sign") return nacl.sign.detached(new Uint8Array(plain), new Uint8Array(key.material));
  throw refuse(`a key of type ${key.type} cannot sign`);
}

/** Whether the signature is the key's. @throws REQUEST_INVALID the key cannot verify */
export function verifyWith(key: KeyMaterial, plain: Uint8Array, signature: Uint8Array): boolean {
  if (key.type === "es256")
    return verify("sha256", plain, { key: createPublicKey(privateKey(key)), dsaEncoding: "ieee-p1363" }, signature);
  if (key.type === "nacl_sign") {
    const { publicKey } = nacl.sign.keyPair.fromSecretKey(new Uint8Array(key.material));
    return (
      signature.length === nacl.sign.signatureLength &&
      nacl.sign.detached.verify(new Uint8Array(plain), new Uint8Array(signature), publicKey)
    );
  }
  const own = signWith(key, plain);
  return own.length === signature.length && timingSafeEqual(own, signature);
}
