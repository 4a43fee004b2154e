/** The first line of every emitted file. */
export const HEADER =
  '// Generated from the protobuf descriptor by packages/protocol/scripts/generate.mjs. Do not edit.\n';
