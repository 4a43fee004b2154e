/**
 * Owns the proto3 JSON mapping (https://protobuf.dev/programming-guides/json/) of every message.
 * Must not be loaded by the package root: its tables cost start-up time that only users of JSON should pay.
 */
export { fromJson } from './from-json.js';
export type { FromJsonOptions } from './from-json.js';
export { JsonFormatError } from './json-format-error.js';
export type { JsonValue } from './json-value.js';
export { codecOfType } from './registry.js';
export { toJson } from './to-json.js';
