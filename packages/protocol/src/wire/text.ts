/** The parts of Node's Buffer and of the web's encoding API that are used here, where they exist. */
interface NativeText extends Uint8Array {
  utf8Write(text: string, offset: number, length: number): number;
  utf8Slice(start: number, end: number): string;
}

interface Platform {
  readonly Buffer?: {
    readonly prototype: NativeText;
    allocUnsafeSlow(size: number): Uint8Array;
  };
  readonly TextEncoder: new () => { encodeInto(text: string, into: Uint8Array): { written: number } };
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => {
    decode(bytes: Uint8Array): string;
  };
}

const platform = globalThis as unknown as Platform;
const nativePrototype = platform.Buffer?.prototype;
const isNative = typeof nativePrototype?.utf8Write === 'function' && typeof nativePrototype.utf8Slice === 'function';

const encoder = new platform.TextEncoder();
const strictDecoder = new platform.TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Memory for a writer: uninitialised where the platform allows it, and able to take text natively. */
export function allocate(sizeBytes: number): Uint8Array {
  return platform.Buffer === undefined ? new Uint8Array(sizeBytes) : platform.Buffer.allocUnsafeSlow(sizeBytes);
}

/**
 * Writes text as UTF-8 and returns the number of bytes. `bytes` comes from {@link allocate} and has room for three
 * bytes per UTF-16 code unit from `offset` on. Lone surrogates become U+FFFD.
 */
export const writeUtf8: (bytes: Uint8Array, text: string, offset: number) => number = isNative
  ? (bytes, text, offset) => (bytes as NativeText).utf8Write(text, offset, bytes.length - offset)
  : (bytes, text, offset) => encoder.encodeInto(text, bytes.subarray(offset)).written;

/** Reads UTF-8; `undefined` if the bytes are not valid UTF-8. */
export const readUtf8: (bytes: Uint8Array, start: number, end: number) => string | undefined = isNative
  ? (bytes, start, end) => {
      const text = nativePrototype.utf8Slice.call(bytes, start, end);
      // The native reader replaces what is invalid, so a replacement character is either genuine or a symptom. The
      // search is free for text within Latin-1, which V8 stores in a form that cannot hold the character.
      return text.includes('\uFFFD') ? readStrictly(bytes, start, end) : text;
    }
  : readStrictly;

function readStrictly(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return strictDecoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}
