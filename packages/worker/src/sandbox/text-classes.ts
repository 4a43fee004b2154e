/** What the text classes of a sandbox are made of: Node's own, outside. */
export interface TextOutside {
  readonly encodeUtf8: (text: string) => Uint8Array;
  readonly decodeUtf8: (bytes: Uint8Array, fatal: boolean, ignoreBOM: boolean) => string;
}

/**
 * Defines `TextEncoder` and `TextDecoder` in a context. Its source is evaluated inside the context, so it must not refer to anything
 * around it: bytes made outside are copied, so that they are arrays of that context.
 */
export function installTextClasses(target: object, { encodeUtf8, decodeUtf8 }: TextOutside): void {
  class TextEncoder {
    readonly encoding = 'utf-8';

    encode(text = ''): Uint8Array {
      return new Uint8Array(encodeUtf8(String(text)));
    }

    encodeInto(text: string, into: Uint8Array): { read: number; written: number } {
      let read = 0;
      let written = 0;
      for (const character of text) {
        const bytes = encodeUtf8(character);
        if (written + bytes.length > into.length) break;
        into.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
  }

  class TextDecoder {
    readonly encoding = 'utf-8';
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;

    constructor(label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
      if (!/^utf-?8$/i.test(label)) throw new RangeError(`Workflow code decodes UTF-8 only, not ${label}`);
      this.fatal = options.fatal ?? false;
      this.ignoreBOM = options.ignoreBOM ?? false;
    }

    decode(bytes: Uint8Array = new Uint8Array()): string {
      return decodeUtf8(bytes, this.fatal, this.ignoreBOM);
    }
  }

  Object.assign(target, { TextEncoder, TextDecoder });
}
