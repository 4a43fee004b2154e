import { ValueError } from '../errors.js';

/** Base64 of bytes, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes of base64, of the ordinary or the URL alphabet. Throws a {@link ValueError} for other text. */
export function fromBase64(text: string): Uint8Array {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch (error) {
    throw new ValueError('Expected base64 in the JSON of a protobuf message', error);
  }
}
