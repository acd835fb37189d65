// What is used of the package, which brings no types: functions of C, with positions in its memory for pointers. Lengths have
// 64 bits and come as two numbers.
declare module "libsodium" {
  export interface Sodium {
    readonly HEAPU8: Uint8Array<ArrayBuffer>;
    _malloc(bytes: number): number;
    _crypto_aead_chacha20poly1305_ietf_encrypt(
      sealed: number,
      sealedLength: number,
      text: number,
      textLow: number,
      textHigh: number,
      added: number,
      addedLow: number,
      addedHigh: number,
      unused: number,
      nonce: number,
      key: number,
    ): number;
    /** @returns 0, or -1 where the tag is another one */
    _crypto_aead_chacha20poly1305_ietf_decrypt(
      text: number,
      textLength: number,
      unused: number,
      sealed: number,
      sealedLow: number,
      sealedHigh: number,
      added: number,
      addedLow: number,
      addedHigh: number,
      nonce: number,
      key: number,
    ): number;
  }
  export default function instantiate(): Promise<Sodium>;
}
