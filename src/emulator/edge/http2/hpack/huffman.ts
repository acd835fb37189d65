// Pure: reads the Huffman code of HPACK (RFC 7541 §5.2 and appendix B), four bits at a time.

/** Bits of each byte's code, and last those of the end mark. Codes of one length count up in the order of their bytes. */
const LENGTHS = [
  ...[13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28],
  ...[28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15],
  ...[6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  ...[15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22],
  ...[20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23],
  ...[23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22],
  ...[22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26],
  ...[27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27],
  ...[26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30],
];
const END_MARK = 256;
/** No code is shorter: bytes become at most so many times as many. */
const SHORTEST_BITS = 5;
const NODES = LENGTHS.length - 1;
/** Bits of a step: the node that it leads to, whether it gives a byte, and which. */
const NODE = 0xff;
const GIVES = 0x100;
const BYTE_SHIFT = 9;
const NO_CODE = -1;

/** For each node and each four bits that may follow. */
const STEPS = new Int32Array(NODES * 16);
/** 1 where a text may end: nothing but fewer than eight ones has come since the last byte. */
const MAY_END = new Uint8Array(NODES);
plant();

/** Where each bit leads: to a node, or (negative) to a symbol's end. */
function grow(): Int32Array {
  const children = new Int32Array(NODES * 2);
  const symbols = [...LENGTHS.keys()].toSorted((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b);
  let [code, bits, nodes] = [0, LENGTHS[symbols[0]!]!, 1];
  for (const symbol of symbols) {
    code <<= LENGTHS[symbol]! - bits;
    bits = LENGTHS[symbol]!;
    let node = 0;
    for (let bit = bits - 1; bit > 0; bit -= 1) {
      const at = 2 * node + ((code >> bit) & 1);
      if (children[at] === 0) children[at] = nodes++;
      node = children[at]!;
    }
    children[2 * node + (code & 1)] = -1 - symbol;
    code += 1;
  }
  return children;
}

function plant(): void {
  const children = grow();
  for (let node = 0; node < NODES; node += 1)
    for (let four = 0; four < 16; four += 1) STEPS[node * 16 + four] = step(children, node, four);
  let node = 0;
  for (let ones = 0; ones < 8; ones += 1) {
    MAY_END[node] = 1;
    node = children[2 * node + 1]!;
  }
}

function step(children: Int32Array, from: number, four: number): number {
  let [node, given] = [from, 0];
  for (let bit = 3; bit >= 0; bit -= 1) {
    const next = children[2 * node + ((four >> bit) & 1)]!;
    if (next === -1 - END_MARK) return NO_CODE;
    if (next < 0) given = GIVES | ((-1 - next) << BYTE_SHIFT);
    node = Math.max(next, 0);
  }
  return node | given;
}

/** How much room the text of so many bytes of code may need. */
export function huffmanRoom(codeBytes: number): number {
  return Math.ceil((codeBytes * 8) / SHORTEST_BITS);
}

/** Writes the text to `out`. @returns its length, or -1 where the code is broken */
export function readHuffman(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let node = 0;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    const high = STEPS[(node << 4) | (byte >> 4)]!;
    if (high < 0) return -1;
    if ((high & GIVES) !== 0) out[length++] = high >> BYTE_SHIFT;
    const low = STEPS[((high & NODE) << 4) | (byte & 0xf)]!;
    if (low < 0) return -1;
    if ((low & GIVES) !== 0) out[length++] = low >> BYTE_SHIFT;
    node = low & NODE;
  }
  return MAY_END[node] === 1 ? length : -1;
}
