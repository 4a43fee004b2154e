import Long from 'long';

/** A google.protobuf.Duration of `count` seconds; fractions are kept to the nanosecond. */
export function seconds(count: number): { seconds: Long; nanos: number } {
  const whole = Math.trunc(count);
  return { seconds: Long.fromNumber(whole), nanos: Math.round((count - whole) * 1e9) };
}
