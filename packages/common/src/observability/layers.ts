/** The layers with another on top; two plain ones in a row become one. */
export function append<T extends object>(layers: readonly (T | (() => T))[], layer: T | (() => T)): (T | (() => T))[] {
  const last = layers.at(-1);
  if (last === undefined || typeof last === 'function' || typeof layer === 'function') return [...layers, layer];
  return [...layers.slice(0, -1), { ...last, ...layer }];
}

/** All layers in one object; later ones win, and what they set to `undefined` is left out. */
export function resolveLayers<T extends object>(layers: readonly (T | (() => T))[], extra: T | undefined): T {
  let merged: Record<string | symbol, unknown> = {};
  for (const layer of layers) merged = { ...merged, ...(typeof layer === 'function' ? layer() : layer) };
  if (extra !== undefined) merged = { ...merged, ...extra };
  for (const key of Reflect.ownKeys(merged)) {
    if (merged[key] === undefined) delete merged[key];
  }
  return merged as T;
}
