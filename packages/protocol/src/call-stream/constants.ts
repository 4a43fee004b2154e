/** The gRPC method that carries the stream: a bidirectional stream whose every message is a batch of frames. */
export const CALL_STREAM_PATH = '/perdure.transport.v1.CallStream/Open';

/** What this version speaks. A peer that speaks another one gets no answer to its hello but the end of the stream. */
export const CALL_STREAM_VERSION = 1;

/** How many method paths a stream may name. */
export const MAX_PATHS = 1_024;

/** How many sets of metadata a receiver remembers; the oldest is forgotten first. */
export const METADATA_SLOTS = 128;

/** How many entries a set of metadata may have. */
export const MAX_METADATA_ENTRIES = 128;

/** A batch is closed once it is this large; only a single large message makes a larger one. */
export const BATCH_BYTES = 262_144;

/** How much larger than a single request a batch may be: its last frame may begin just below `BATCH_BYTES`. */
export const BATCH_OVERHEAD_BYTES = 2 * BATCH_BYTES;

/** One flag byte and four bytes of length, before each message of a gRPC stream. */
export const MESSAGE_PREFIX_BYTES = 5;

/** The first byte of a frame. */
export const FrameKind = { hello: 1, call: 2, cancel: 3, answer: 4, error: 5, drain: 6 } as const;
