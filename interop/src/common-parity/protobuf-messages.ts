import { createRequire } from 'node:module';

/** What the test needs of protobufjs. */
export interface Protobufjs {
  parse(source: string): { readonly root: Root };
  readonly common: { get(file: string): { readonly nested: object } | null };
}

export interface Root {
  lookupType(name: string): MessageType;
  addJSON(nested: object): unknown;
  resolveAll(): unknown;
}

export interface MessageType {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  fromObject(properties: object): object;
  toObject(message: object): unknown;
}

/** A module of the copy of protobufjs that a package uses: its classes are recognised by that package only. */
export function protobufjsOf(packageName: string, module: string): unknown {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve(packageName))(module);
}

export function protobufRoot() {
  const protobufjs = protobufjsOf('@temporalio/common', 'protobufjs') as Protobufjs;
  return protobufjs.parse(`
    syntax = "proto3";
    package a.b;
    enum Color { NONE = 0; RED = 1; }
    message Inner { string text = 1; }
    message Everything {
      string name = 1; int32 count = 2; int64 big = 3; bytes data = 4; Color color = 5; repeated Inner inners = 6;
      map<string, int32> counts = 7; bool flag = 8; double ratio = 9; oneof choice { string word = 10; Inner inner = 11; }
      string snake_case = 12; repeated int64 longs = 13; optional int32 maybe = 14; map<int32, Inner> by_number = 15;
      uint64 unsigned = 16; float single = 17; repeated Color colors = 18;
    }`).root;
}

export const PROTOBUF_MESSAGES: readonly Record<string, unknown>[] = [
  {},
  { name: '', count: 0, flag: false, color: 0, big: 0, data: new Uint8Array(), maybe: 0, word: '' },
  {
    name: 'x',
    count: -3,
    big: '-9007199254740993',
    data: new Uint8Array([1, 2, 255]),
    color: 1,
    inners: [{ text: 'q' }, {}],
    counts: { k: 1, zero: 0 },
    flag: true,
    ratio: Number.NaN,
    inner: { text: '' },
    snakeCase: 'sc',
    longs: ['1', '-2'],
    maybe: 7,
    byNumber: { 3: { text: 'z' } },
    unsigned: '18446744073709551615',
    single: 0.5,
    colors: [0, 1],
  },
];

export function wellKnownRoot(): Root {
  const protobufjs = protobufjsOf('@temporalio/common', 'protobufjs') as Protobufjs;
  const { root } = protobufjs.parse(`
    syntax = "proto3";
    package a;
    message Known {
      google.protobuf.Timestamp moment = 1; google.protobuf.Duration duration = 2; google.protobuf.Struct struct = 3;
      google.protobuf.Int64Value integer = 4; google.protobuf.StringValue text = 5; google.protobuf.FieldMask mask = 7;
      google.protobuf.BoolValue flag = 8; google.protobuf.Empty empty = 9; google.protobuf.Value value = 10;
      google.protobuf.BytesValue bytes = 11; google.protobuf.DoubleValue ratio = 12;
      repeated google.protobuf.Duration durations = 13; google.protobuf.Any any = 14;
    }`);
  for (const file of ['timestamp', 'duration', 'struct', 'wrappers', 'any', 'field_mask', 'empty']) {
    root.addJSON(protobufjs.common.get(`google/protobuf/${file}.proto`)?.nested ?? {});
  }
  root.resolveAll();
  return root;
}

export const WELL_KNOWN_MESSAGES: readonly object[] = [
  { moment: { seconds: 1_767_225_600, nanos: 123_000_000 }, duration: { seconds: 1, nanos: 500_000_000 } },
  { moment: { seconds: -1, nanos: 1 }, duration: { nanos: -1_000 }, durations: [{ seconds: -3 }, { nanos: 1 }] },
  { integer: { value: '9007199254740993' }, text: { value: '' }, flag: { value: false }, ratio: { value: Number.NaN } },
  { empty: {}, bytes: { value: new Uint8Array([1]) }, mask: { paths: ['foo_bar', 'b.c_d'] } },
  {
    value: { stringValue: 'x' },
    struct: { fields: { a: { numberValue: 1 }, b: { boolValue: true }, c: { nullValue: 0 } } },
  },
  { struct: { fields: { list: { listValue: { values: [{ stringValue: '' }] } }, empty: { structValue: {} } } } },
  { any: { type_url: 'type.googleapis.com/google.protobuf.StringValue', value: Uint8Array.of(10, 1, 120) } },
];
