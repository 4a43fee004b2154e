import {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  JsonPayloadConverter,
  METADATA_ENCODING_KEY,
  METADATA_MESSAGE_TYPE_KEY,
  UndefinedPayloadConverter,
  encodingTypes,
} from '../converter/index.js';
import type { PayloadConverterWithEncoding } from '../converter/index.js';
import { str, u8 } from '../encoding.js';
import { PayloadConverterError, ValueError } from '../errors.js';
import type { Payload } from '../payload.js';
import { errorMessage } from '../type-helpers.js';
import { messageFromJson, messageToJson } from './message-json.js';
import { isProtobufMessage, isProtobufRoot, typeNameOf } from './protobufjs.js';
import type { ProtobufRoot, ProtobufType } from './protobufjs.js';

abstract class ProtobufPayloadConverter implements PayloadConverterWithEncoding {
  protected readonly root: ProtobufRoot | undefined;

  abstract encodingType: string;
  abstract toPayload<T>(value: T): Payload | undefined;
  abstract fromPayload<T>(payload: Payload): T;

  /** Without a root messages can be sent but not received. Throws a TypeError for what is no root of protobufjs. */
  constructor(root?: unknown) {
    if (root === undefined || root === null) return;
    if (!isProtobufRoot(root)) {
      throw new TypeError('root must be an instance of a protobufjs Root, such as what patchProtobufRoot returns');
    }
    this.root = root;
  }

  /** The type and bytes of a payload. Throws a {@link ValueError} for payloads without, or of types that are unknown. */
  protected validatePayload(payload: Payload): { messageType: ProtobufType; data: Uint8Array } {
    const { data, metadata } = payload;
    if (data === undefined || data === null) throw new ValueError('Got payload with no data');
    const typeBytes = metadata?.[METADATA_MESSAGE_TYPE_KEY];
    if (typeBytes === undefined) {
      throw new ValueError(`Got protobuf payload without metadata.${METADATA_MESSAGE_TYPE_KEY}`);
    }
    const typeName = str(typeBytes);
    if (this.root === undefined) {
      throw new PayloadConverterError(
        `Unable to deserialize protobuf message \`${typeName}\`: give the payload converter a \`root\``,
      );
    }
    return { messageType: lookUp(this.root, typeName), data };
  }

  protected constructPayload(type: ProtobufType, data: Uint8Array): Payload {
    return {
      metadata: {
        [METADATA_ENCODING_KEY]: u8(this.encodingType),
        [METADATA_MESSAGE_TYPE_KEY]: u8(typeNameOf(type)),
      },
      data,
    };
  }
}

/** Messages of protobufjs in the binary form. */
export class ProtobufBinaryPayloadConverter extends ProtobufPayloadConverter {
  encodingType = encodingTypes.METADATA_ENCODING_PROTOBUF;

  toPayload(value: unknown): Payload | undefined {
    if (!isProtobufMessage(value)) return undefined;
    return this.constructPayload(value.$type, value.$type.encode(value).finish());
  }

  fromPayload<T>(payload: Payload): T {
    const { messageType, data } = this.validatePayload(payload);
    return decodePlain(messageType, data) as T;
  }
}

/** Messages of protobufjs as proto3 JSON. */
export class ProtobufJsonPayloadConverter extends ProtobufPayloadConverter {
  encodingType = encodingTypes.METADATA_ENCODING_PROTOBUF_JSON;

  toPayload(value: unknown): Payload | undefined {
    if (!isProtobufMessage(value)) return undefined;
    return this.constructPayload(value.$type, u8(JSON.stringify(messageToJson(value.$type, value))));
  }

  fromPayload<T>(payload: Payload): T {
    const { messageType, data } = this.validatePayload(payload);
    // Decoded once more, so that long integers are what the application's protobufjs makes of them in messages.
    const bytes = messageType.encode(messageFromJson(messageType, JSON.parse(str(data)))).finish();
    return decodePlain(messageType, bytes) as T;
  }
}

/** Options of {@link DefaultPayloadConverterWithProtobufs}. */
export interface DefaultPayloadConverterWithProtobufsOptions {
  /** What `patchProtobufRoot` returned. */
  protobufRoot: Record<string, unknown>;
}

/** The default payload converter that also takes messages of protobufjs, which it sends as JSON and receives as either. */
export class DefaultPayloadConverterWithProtobufs extends CompositePayloadConverter {
  constructor({ protobufRoot }: DefaultPayloadConverterWithProtobufsOptions) {
    // The order in which all SDKs try, so that the same value has the same payload everywhere.
    super(
      new UndefinedPayloadConverter(),
      new BinaryPayloadConverter(),
      new ProtobufJsonPayloadConverter(protobufRoot),
      new ProtobufBinaryPayloadConverter(protobufRoot),
      new JsonPayloadConverter(),
    );
  }
}

/** Decodes a plain view of this realm, without copying: protobufjs would make Buffers of the bytes fields of a Buffer. */
function decodePlain(type: ProtobufType, bytes: Uint8Array): unknown {
  return type.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

function lookUp(root: ProtobufRoot, typeName: string): ProtobufType {
  try {
    return root.lookupType(typeName);
  } catch (error) {
    if (!errorMessage(error)?.includes('no such type')) throw error;
    throw new PayloadConverterError(
      `Got a \`${typeName}\` protobuf message but cannot find corresponding message class in \`root\``,
      error,
    );
  }
}
