import { JsonFormatError } from './json-format-error.js';

interface Platform {
  atob(text: string): string;
  btoa(text: string): string;
}

const platform = globalThis as unknown as Platform;
/** How many bytes are made into characters at once; calls take a limited number of arguments. */
const SLICE_SIZE_BYTES = 8_192;

/** Bytes as standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += SLICE_SIZE_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(start, start + SLICE_SIZE_BYTES));
  }
  return platform.btoa(binary);
}

/** Reads standard or URL-safe base64, with or without padding. */
export function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = platform.atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  } catch {
    throw new JsonFormatError('expected base64');
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
