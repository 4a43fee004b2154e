const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export function u8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes; bytes that are none become U+FFFD. */
export function str(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
