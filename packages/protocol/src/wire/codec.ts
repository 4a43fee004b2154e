import { Reader } from './reader.js';
import { Writer } from './writer.js';

/** Encodes and decodes one message type: `I` is what may be encoded, `D` what decoding gives. */
export interface Codec<I extends object, D extends I> {
  /** The full protobuf name, for example `temporal.api.common.v1.Payload`. */
  readonly typeName: string;
  /**
   * The encoded message. It may share memory with others encoded at about the same time, so keep a copy
   * (`bytes.slice()`) of a small message that is kept for long. Throws a RangeError for numbers that the field cannot
   * hold.
   */
  encode(message: I): Uint8Array;
  /** Decodes a whole message; bytes fields are views of the input. Throws `WireFormatError`. */
  decode(bytes: Uint8Array): D;
  /** Appends the message to a writer, without tag or length. */
  encodeTo(message: I, writer: Writer): void;
}

/** Any codec, where the message type does not matter. */
export type AnyCodec = Codec<object, object>;

/** One method of a gRPC service. */
export interface MethodDescription<Request extends AnyCodec = AnyCodec, Response extends AnyCodec = AnyCodec> {
  readonly name: string;
  /** The path of the HTTP/2 request, `/package.Service/Method`. */
  readonly path: string;
  readonly requestType: Request;
  readonly responseType: Response;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** A gRPC service and its methods by name. */
export interface ServiceDescription {
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodDescription>>;
}

/** The writer that `encode` uses, again and again; undefined while in use. */
let sharedWriter: Writer | undefined = new Writer();

/** Makes a codec of the two functions the generator emits for a message type. */
export function codec<I extends object, D extends I>(
  typeName: string,
  write: (message: I, writer: Writer) => void,
  read: (reader: Reader) => D,
): Codec<I, D> {
  return {
    typeName,
    encode(message) {
      const writer = sharedWriter ?? new Writer();
      sharedWriter = undefined;
      try {
        write(message, writer);
        return writer.finish();
      } finally {
        writer.reset();
        sharedWriter = writer;
      }
    },
    decode(bytes) {
      return read(new Reader(bytes));
    },
    encodeTo: write,
  };
}
