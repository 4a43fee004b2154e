/** An emitted enum: names and their numbers. */
export type EnumValues = Readonly<Record<string, number>>;

const namesOfEnums = new WeakMap<EnumValues, ReadonlyMap<number, string>>();

/** The name of an enum value, such as `EVENT_TYPE_TIMER_FIRED`; `undefined` for a number the enum does not define. */
export function enumName(values: EnumValues, value: number): string | undefined {
  let names = namesOfEnums.get(values);
  if (names === undefined) {
    // Of two names for one number the first in the proto file is the canonical one.
    names = new Map(
      Object.entries(values)
        .reverse()
        .map(([name, number]) => [number, name]),
    );
    namesOfEnums.set(values, names);
  }
  return names.get(value);
}
