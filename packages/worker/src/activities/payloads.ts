import type { LoadedDataConverter, Payload, SerializationContext, StorageDriverTargetInfo } from '@perdure/common';
import { ExternalStorageNotConfiguredError } from '@perdure/common';
import { decode, encode, ExternalStorageRunner, isReferencePayload } from '@perdure/common/internal/conversion';

/** Either a value or the promise of one: nothing waits where nothing has to. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Payloads on their way between the wire and the payload converter: through codecs and external storage where there are
 * any, at once where there are none.
 */
export class PayloadPipeline {
  private readonly storage: ExternalStorageRunner | undefined;
  private readonly isDirect: boolean;

  constructor(private readonly dataConverter: LoadedDataConverter) {
    const { externalStorage, payloadCodecs } = dataConverter;
    this.storage = externalStorage === undefined ? undefined : new ExternalStorageRunner(externalStorage);
    this.isDirect = this.storage === undefined && payloadCodecs.length === 0;
  }

  /** The payloads as the payload converter takes them. Throws for references that nobody can resolve. */
  incoming(payloads: readonly Payload[], context: SerializationContext): MaybePromise<readonly Payload[]> {
    if (this.storage === undefined && payloads.some(isReferencePayload)) throw new ExternalStorageNotConfiguredError();
    return this.isDirect || payloads.length === 0 ? payloads : this.fetchAndDecode(payloads, context);
  }

  /** The payload as it goes over the wire. */
  outgoing(payload: Payload, context: SerializationContext, target?: StorageDriverTargetInfo): MaybePromise<Payload> {
    return this.isDirect ? payload : this.encodeAndStore(payload, context, target);
  }

  private async fetchAndDecode(
    payloads: readonly Payload[],
    context: SerializationContext,
  ): Promise<readonly Payload[]> {
    const fetched = this.storage === undefined ? payloads : await this.storage.retrieve(payloads);
    return decode(this.dataConverter.payloadCodecs, fetched, context);
  }

  private async encodeAndStore(
    payload: Payload,
    context: SerializationContext,
    target: StorageDriverTargetInfo | undefined,
  ): Promise<Payload> {
    const encoded = await encode(this.dataConverter.payloadCodecs, [payload], context);
    const [stored] = this.storage === undefined ? encoded : await this.storage.store(encoded, { target });
    if (stored === undefined) throw new TypeError("A PayloadCodec's encode returned no payload for one payload");
    return stored;
  }
}
