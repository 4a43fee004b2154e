import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InFlightEntry, InFlightMap, InFlightSet } from './index.js';

const keys = fc.integer({ min: 0, max: 8 });

test('an InFlightMap holds what a Map would, in the same order', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), key: keys }),
    fc.record({ kind: fc.constantFrom('take' as const, 'delete' as const, 'moveToEnd' as const), key: keys }),
    fc.record({ kind: fc.constant('clear' as const), key: keys }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const map = new InFlightMap<number, { readonly made: number }>();
      const model = new Map<number, { readonly made: number }>();
      steps.forEach(({ kind, key }, made) => {
        const known = model.get(key);
        if (kind === 'set') {
          map.set(key, { made });
          model.set(key, { made });
        } else if (kind === 'take') {
          expect(map.take(key)).toEqual(known);
          model.delete(key);
        } else if (kind === 'delete') expect(map.delete(key)).toBe(model.delete(key));
        else if (kind === 'moveToEnd') {
          expect(map.moveToEnd(key)).toEqual(known);
          if (known !== undefined && model.delete(key)) model.set(key, known);
        } else {
          map.clear();
          model.clear();
        }
        expect([...map.keys()]).toEqual([...model.keys()]);
        expect([...map.values()]).toEqual([...model.values()]);
        expect([map.size, map.get(key), map.has(key)]).toEqual([model.size, model.get(key), model.has(key)]);
      });
    }),
  );
});

test('entries of an InFlightMap may go while its values are looked at', () => {
  const map = new InFlightMap<number, { readonly key: number }>();
  for (let key = 0; key < 4; key++) map.set(key, { key });
  const seen: number[] = [];
  for (const { key } of map.values()) {
    seen.push(key);
    map.delete(key);
    map.delete(2);
  }
  expect(seen).toEqual([0, 1, 3]);
  expect(map.size).toBe(0);
});

test('an InFlightSet holds what is added until its entry is removed, in order', () => {
  const step = fc.record({
    kind: fc.constantFrom('add' as const, 'addFirst' as const, 'remove' as const),
    at: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const set = new InFlightSet<number>();
      const entries: InFlightEntry<number>[] = [];
      let model: { readonly item: number; readonly entry: InFlightEntry<number> }[] = [];
      steps.forEach(({ kind, at }, item) => {
        if (kind === 'remove') {
          const entry = entries[at % Math.max(1, entries.length)];
          if (entry === undefined) return;
          const isThere = model.some((one) => one.entry === entry);
          expect(entry.isThere).toBe(isThere);
          expect(entry.remove()).toBe(isThere);
          model = model.filter((one) => one.entry !== entry);
        } else {
          const entry = kind === 'add' ? set.add(item) : set.addFirst(item);
          entries.push(entry);
          if (kind === 'add') model.push({ item, entry });
          else model.unshift({ item, entry });
        }
        expect(set.toArray()).toEqual(model.map((one) => one.item));
        expect([set.size, set.peek()]).toEqual([model.length, model[0]?.item]);
      });
    }),
  );
});

test('nothing of what is removed hangs on what V8 may keep of it: the cell of a map, the entry of a set', () => {
  const removals: ((map: InFlightMap<string, object>) => void)[] = [
    (map) => void map.take('a'),
    (map) => void map.delete('a'),
    (map) => void map.clear(),
  ];
  for (const remove of removals) {
    const map = new InFlightMap<string, object>().set('a', {}).set('b', {});
    const cell = map['cells'].get('a');
    expect(cell?.value).toBeDefined();
    remove(map);
    expect(cell?.value).toBeUndefined();
  }
  const set = new InFlightSet<object>();
  const [, middle] = [set.add({}), set.add({}), set.add({})];
  middle?.remove();
  expect([middle?.['item'], middle?.['previous'], middle?.['next'], middle?.['set']]).toEqual(Array(4).fill(undefined));
});
