/** A header as it travelled; binary values are base64 text. */
export interface MetadataField {
  readonly name: string;
  readonly value: string;
}

/** What a caller may pass in: text, or bytes for names that end in `-bin`. */
export type MetadataInput = Readonly<Record<string, string | Uint8Array>>;

const BINARY_SUFFIX = '-bin';

/** Callers that use metadata again give the same object. */
const shared = new WeakMap<MetadataInput, Metadata>();

/**
 * The metadata of a call, read on demand: most calls never look at it. Names are lower case. Repeated names are kept
 * apart; a comma in a `-bin` value separates values, as the gRPC protocol allows peers to join them.
 */
export class Metadata {
  constructor(
    private readonly fields: readonly MetadataField[],
    /** Fields before this index belong to the transport. */
    private readonly from = 0,
  ) {}

  /** No metadata. */
  static readonly empty = new Metadata([]);

  /** Metadata of a caller in the same process. */
  static of(input: MetadataInput): Metadata {
    const fields = Object.entries(input).map(([name, value]) => ({
      name: name.toLowerCase(),
      value: typeof value === 'string' ? value : Buffer.from(value).toString('base64'),
    }));
    return new Metadata(fields);
  }

  /** The same, remembered for as long as the caller's object lives, which must not change. */
  static ofShared(input: MetadataInput): Metadata {
    const cached = shared.get(input);
    if (cached !== undefined) return cached;
    const metadata = Metadata.of(input);
    shared.set(input, metadata);
    return metadata;
  }

  /** The first value of a name, or `undefined`. */
  get(name: string): string | undefined {
    for (let index = this.from; index < this.fields.length; index++) {
      const field = this.fields[index];
      if (field?.name === name) return field.value;
    }
    return undefined;
  }

  /** Every value of a name, in order. */
  getAll(name: string): readonly string[] {
    return this.fields.filter((field, index) => index >= this.from && field.name === name).map((field) => field.value);
  }

  /** The first value of a name ending in `-bin`, decoded. */
  getBinary(name: string): Uint8Array | undefined {
    return this.getAllBinary(name)[0];
  }

  /** Every value of a name ending in `-bin`, decoded; base64 with or without padding. */
  getAllBinary(name: string): readonly Uint8Array[] {
    const values = this.getAll(name).flatMap((value) => value.split(','));
    return values.map((value) => Buffer.from(value.trim(), 'base64'));
  }

  /** Names and values in order; bytes for binary names. Names of the transport itself (`grpc-...`, `te`) included. */
  *entries(): Generator<readonly [name: string, value: string | Uint8Array]> {
    for (const { name, value } of this.fields.slice(this.from)) {
      if (!name.endsWith(BINARY_SUFFIX)) yield [name, value];
      else for (const part of value.split(',')) yield [name, Buffer.from(part.trim(), 'base64')];
    }
  }
}
