import type { WorkflowKey } from '../store/index.js';

/** 2 MiB: with a million workflow ids one fresh id in five hundred is taken for a known one. */
const BITS = 2 ** 24;
const WORD_BITS = 32;
const PROBES = 4;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SECOND_PRIME = 0x85ebca6b;

/**
 * Which workflow ids may have been used: a Bloom filter (Bloom, 1970). A start of a fresh workflow id, by far the most
 * frequent one, so needs no read of the store to know that there is no such run. It may take a fresh id for a known one;
 * never the other way round, and until everything stored has been added every id may be known.
 */
export class KnownWorkflowIds {
  private readonly words = new Uint32Array(BITS / WORD_BITS);
  private isComplete = false;

  /** A run of this workflow id exists, or is about to. */
  add(key: WorkflowKey): void {
    const [first, step] = hashes(key);
    for (let probe = 0; probe < PROBES; probe += 1) {
      const bit = (first + Math.imul(probe, step)) >>> 0;
      const word = (bit % BITS) >>> 5;
      this.words[word] = (this.words[word] ?? 0) | (1 << (bit & 31));
    }
  }

  /** Whatever is stored has been added. */
  complete(): void {
    this.isComplete = true;
  }

  /** False only if there has never been a run of this workflow id, or none is left. */
  mayHave(key: WorkflowKey): boolean {
    if (!this.isComplete) return true;
    const [first, step] = hashes(key);
    for (let probe = 0; probe < PROBES; probe += 1) {
      const bit = (first + Math.imul(probe, step)) >>> 0;
      if (((this.words[(bit % BITS) >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** Two hashes from which all probes follow (Kirsch and Mitzenmacher, 2006). */
function hashes({ namespaceId, workflowId }: WorkflowKey): readonly [number, number] {
  let first = FNV_OFFSET;
  let second = SECOND_PRIME;
  for (let index = 0; index < workflowId.length; index += 1) {
    const unit = workflowId.charCodeAt(index);
    first = Math.imul(first ^ unit, FNV_PRIME);
    second = Math.imul(second ^ unit, SECOND_PRIME) ^ (second >>> 13);
  }
  for (let index = 0; index < namespaceId.length; index += 1) {
    const unit = namespaceId.charCodeAt(index);
    first = Math.imul(first ^ unit, FNV_PRIME);
    second = Math.imul(second ^ unit, SECOND_PRIME) ^ (second >>> 13);
  }
  return [mixed(first), mixed(second) | 1];
}

/** Spreads what differs in a few bits over all of them (the finaliser of MurmurHash3). */
function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
