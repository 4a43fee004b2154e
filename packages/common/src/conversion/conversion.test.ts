import { describe, expect, it } from 'vitest';
import { defaultDataConverter } from '../converter/index.js';
import type { LoadedDataConverter, PayloadCodec } from '../converter/index.js';
import { u8 } from '../encoding.js';
import { ExternalStorage, StorageDriverClaim } from '../external-storage/index.js';
import type { StorageDriver } from '../external-storage/index.js';
import { ApplicationFailure } from '../failure/index.js';
import type { Payload } from '../payload.js';
import {
  ExternalStorageRunner,
  decodeArrayFromPayloads,
  decodeMapFromPayloads,
  decodeOptionalFailureToOptionalError,
  decodeUserMetadata,
  encode,
  encodeErrorToFailure,
  encodeMapToPayloads,
  encodeToPayload,
  encodeToPayloads,
  encodeUserMetadata,
  isReferencePayload,
  limit,
  loadDataConverter,
  normalizeTlsConfig,
} from './index.js';

/** Adds and takes off a byte, so that the order of codecs shows. */
function prefixCodec(prefix: number): PayloadCodec {
  return {
    encode: (payloads) =>
      Promise.resolve(
        payloads.map((payload) => ({ ...payload, data: Uint8Array.of(prefix, ...(payload.data ?? [])) })),
      ),
    decode: (payloads) =>
      Promise.resolve(
        payloads.map((payload) => {
          expect(payload.data?.[0]).toBe(prefix);
          return { ...payload, data: payload.data?.slice(1) };
        }),
      ),
  };
}

const converter: LoadedDataConverter = { ...defaultDataConverter, payloadCodecs: [prefixCodec(1), prefixCodec(2)] };

describe('codecs', () => {
  it('encode in order and decode backwards', async () => {
    expect((await encode(converter.payloadCodecs, [{ data: u8('x') }]))[0]?.data).toEqual(Uint8Array.of(2, 1, 120));
    const payloads = await encodeToPayloads(converter, 1, 'a', undefined);
    expect(await decodeArrayFromPayloads(converter, payloads)).toEqual([1, 'a', undefined]);
    expect(await decodeMapFromPayloads(converter, await encodeMapToPayloads(converter, { a: 1 }))).toEqual({ a: 1 });
  });

  it('reach every payload of a failure and of its causes', async () => {
    const cause = ApplicationFailure.create({ message: 'in', details: ['deep'] });
    const error = ApplicationFailure.create({ message: 'out', details: [1], cause });
    const failure = await encodeErrorToFailure(converter, error);
    expect(failure.cause?.applicationFailureInfo?.details?.payloads?.[0]?.data?.[0]).toBe(2);
    const read = await decodeOptionalFailureToOptionalError(converter, failure);
    expect(read).toMatchObject({ details: [1], cause: { details: ['deep'] } });
  });

  it('reach user metadata', async () => {
    const metadata = await encodeUserMetadata(converter, 'one line', undefined);
    expect(await decodeUserMetadata(converter, metadata)).toEqual({
      staticSummary: 'one line',
      staticDetails: undefined,
    });
    expect(await encodeUserMetadata(converter, undefined, undefined)).toBeUndefined();
  });

  it('that lose a payload are found out', async () => {
    const losing: PayloadCodec = { encode: () => Promise.resolve([]), decode: () => Promise.resolve([]) };
    await expect(encodeToPayload({ ...converter, payloadCodecs: [losing] }, 1)).rejects.toThrow('returned no payload');
  });
});

describe('loading a data converter', () => {
  const modules: Readonly<Record<string, unknown>> = {
    '/good': { payloadConverter: defaultDataConverter.payloadConverter },
    '/empty': {},
    '/wrong': { payloadConverter: { toPayload: 1 } },
  };
  const load = (payloadConverterPath: string) =>
    loadDataConverter({ payloadConverterPath }, (path) => {
      if (path in modules) return modules[path];
      throw Object.assign(new Error(`Cannot find module '${path}'`), { code: 'MODULE_NOT_FOUND' });
    });

  it('takes the export of the module, and defaults for the rest', () => {
    expect(load('/good')).toEqual({ ...defaultDataConverter, externalStorage: undefined });
  });

  it.each([
    ['/absent', "Could not find a file at the specified payloadConverterPath: '/absent'"],
    ['/empty', 'Module /empty does not have a `payloadConverter` named export'],
    ['/wrong', 'must be an object with toPayload and fromPayload methods'],
  ])('of %s says what is wrong', (path, message) => {
    expect(() => load(path)).toThrow(message);
  });

  it('uses the require of Node by itself', () => {
    expect(() => loadDataConverter({ failureConverterPath: '/absent/module.cjs' })).toThrow('failureConverterPath');
  });
});

describe('external storage', () => {
  const kept = new Map<string, Payload>();
  const driver: StorageDriver = {
    name: 'memory',
    type: 'test.memory',
    store: (_context, payloads) =>
      Promise.resolve(
        payloads.map((payload) => {
          kept.set(String(kept.size), payload);
          return new StorageDriverClaim({ key: String(kept.size - 1) });
        }),
      ),
    retrieve: (_context, claims) => Promise.resolve(claims.map(({ claimData }) => kept.get(claimData.key ?? '') ?? {})),
  };

  it('takes payloads above the threshold and gives them back, in order', async () => {
    const storage = new ExternalStorage({ drivers: [driver], payloadSizeThreshold: 100 });
    const runner = new ExternalStorageRunner(storage);
    const payloads = [{ data: u8('small') }, { data: new Uint8Array(200) }, { data: new Uint8Array(300) }];
    const stored = await runner.store(payloads);
    expect(stored.map(isReferencePayload)).toEqual([false, true, true]);
    expect(await runner.retrieve(stored)).toEqual(payloads);
  });

  it('of a driver that is not registered says which', async () => {
    const stored = await new ExternalStorageRunner(
      new ExternalStorage({ drivers: [driver], payloadSizeThreshold: 0 }),
    ).store([{ data: u8('x') }]);
    const other = new ExternalStorageRunner(new ExternalStorage({ drivers: [{ ...driver, name: 'other' }] }));
    await expect(other.retrieve(stored)).rejects.toThrow("driver 'memory'");
  });
});

describe('connection options', () => {
  it('encrypt where there is an API key, unless refused', () => {
    expect(normalizeTlsConfig(undefined, 'key')).toEqual({});
    expect(normalizeTlsConfig(false, 'key')).toBeUndefined();
    expect(normalizeTlsConfig(null)).toBeUndefined();
  });
});

describe('a concurrency limit', () => {
  it('never runs more than it says, and goes on after errors', async () => {
    const run = limit(2);
    let running = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        run(async () => {
          most = Math.max(most, ++running);
          await Promise.resolve();
          running--;
          if (index % 3 === 0) throw new Error('x');
        }),
      ),
    );
    expect(most).toBe(2);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
  });
});
