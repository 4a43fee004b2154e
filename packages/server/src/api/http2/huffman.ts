import { ErrorCode } from './constants.js';
import { ConnectionError } from './errors.js';

/**
 * Code lengths in bits of the symbols 0 to 255 and of the end-of-string symbol 256 (RFC 7541, appendix B). The code is
 * canonical, so the lengths determine it: codes count upwards by length, then by symbol.
 */
// prettier-ignore
const CODE_LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const END_OF_STRING = 256;
const STATES = CODE_LENGTHS.length - 1;
const MAX_PADDING_BITS = 7;

/** A decoder that eats four bits a step; at most one symbol ends within four bits, as no code is shorter than five. */
interface Automaton {
  /** `state << 4 | nibble` -> the next state in the low half, the symbol it completed plus one in the high half; or -1. */
  readonly steps: Int32Array;
  /** Whether a string may end in this state: at most seven bits since the last symbol, all of them ones. */
  readonly mayEnd: Uint8Array;
}

/** Inner nodes of the code tree: two slots a node, holding a node's number, or the complement of a symbol. */
function buildTree(): Int32Array {
  const tree = new Int32Array(STATES * 2);
  const symbols = CODE_LENGTHS.map((_, symbol) => symbol);
  symbols.sort((a, b) => (CODE_LENGTHS[a] ?? 0) - (CODE_LENGTHS[b] ?? 0) || a - b);
  let nodes = 1;
  let code = 0;
  let previousLength = 0;
  for (const symbol of symbols) {
    const length = CODE_LENGTHS[symbol] ?? 0;
    code <<= length - previousLength;
    previousLength = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const slot = node * 2 + ((code >>> bit) & 1);
      if (tree[slot] === 0) tree[slot] = nodes++;
      node = tree[slot] ?? 0;
    }
    tree[node * 2 + (code & 1)] = ~symbol;
    code++;
  }
  return tree;
}

function buildAutomaton(): Automaton {
  const tree = buildTree();
  const steps = new Int32Array(STATES * 16);
  for (let state = 0; state < STATES; state++) {
    for (let nibble = 0; nibble < 16; nibble++) steps[(state << 4) | nibble] = step(tree, state, nibble);
  }
  const mayEnd = new Uint8Array(STATES);
  let node = 0;
  for (let bits = 0; bits <= MAX_PADDING_BITS; bits++) {
    mayEnd[node] = 1;
    node = tree[node * 2 + 1] ?? 0;
  }
  return { steps, mayEnd };
}

function step(tree: Int32Array, state: number, nibble: number): number {
  let node = state;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = tree[node * 2 + ((nibble >>> bit) & 1)] ?? 0;
    if (next >= 0) {
      node = next;
      continue;
    }
    const symbol = ~next;
    if (symbol === END_OF_STRING) return -1;
    emitted = symbol + 1;
    node = 0;
  }
  return (emitted << 16) | node;
}

const automaton = buildAutomaton();
let scratch = Buffer.allocUnsafeSlow(1024);

/**
 * Decodes a Huffman-coded string of RFC 7541, section 5.2, as latin-1.
 *
 * @throws ConnectionError COMPRESSION_ERROR when the end-of-string symbol or a wrong padding is found.
 */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string {
  const { steps, mayEnd } = automaton;
  const longest = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < longest) scratch = Buffer.allocUnsafeSlow(longest);
  let state = 0;
  let length = 0;
  for (let position = start; position < end; position++) {
    const byte = bytes[position] as number;
    const high = steps[(state << 4) | (byte >>> 4)] as number;
    if (high < 0) throw endOfStringFound();
    if (high >>> 16 !== 0) scratch[length++] = (high >>> 16) - 1;
    const low = steps[((high & 0xffff) << 4) | (byte & 0xf)] as number;
    if (low < 0) throw endOfStringFound();
    if (low >>> 16 !== 0) scratch[length++] = (low >>> 16) - 1;
    state = low & 0xffff;
  }
  if (mayEnd[state] === 0) {
    throw new ConnectionError(ErrorCode.compressionError, 'a Huffman-coded header string ends in wrong padding');
  }
  return scratch.toString('latin1', 0, length);
}

function endOfStringFound(): ConnectionError {
  return new ConnectionError(
    ErrorCode.compressionError,
    'a Huffman-coded header string holds the end-of-string symbol',
  );
}
