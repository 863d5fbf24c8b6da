import { describe, expect, test } from 'vitest';
import { EMPTY_FLEET, reduce } from '../src/live/fleet';
import { arrange, matches, type Direction, type SortKey } from '../src/list/arrange';
import type { Filter } from '../src/states';
import { machine } from './fleet';

describe('the fleet', () => {
  const one = machine({ id: 'a' });
  const two = machine({ id: 'b' });

  test('a list replaces what was there', () => {
    const before = reduce(EMPTY_FLEET, [{ kind: 'machine', machine: one }]);
    const after = reduce(before, [{ kind: 'list', machines: [two] }]);
    expect([...after.machines.keys()]).toEqual(['b']);
    expect([before.loaded, after.loaded]).toEqual([false, true]);
  });

  test('events that waited for the list come after it', () => {
    const newer = machine({ id: 'a', state: 'Deploying', state_code: 9 });
    const fleet = reduce(EMPTY_FLEET, [
      { kind: 'list', machines: [one, two] },
      { kind: 'machine', machine: newer },
      { kind: 'gone', id: 'b' },
    ]);
    expect([...fleet.machines.values()]).toEqual([newer]);
  });

  test('machines that did not change stay the same objects', () => {
    const before = reduce(EMPTY_FLEET, [{ kind: 'list', machines: [one, two] }]);
    const after = reduce(before, [{ kind: 'machine', machine: { ...two } }]);
    expect(after.machines.get('a')).toBe(one);
    expect(after.machines.get('b')).not.toBe(two);
  });

  test('nothing new is the same fleet', () => expect(reduce(EMPTY_FLEET, [])).toBe(EMPTY_FLEET));
});

describe('searching', () => {
  const m = machine({ hostname: 'rack1-u07', vendor: 'Acme', addresses: ['10.77.0.9'] });
  test.each([
    ['', true],
    ['  ', true],
    ['RACK1', true],
    ['acme 10.77', true],
    ['acme 10.78', false],
    ['52:54:00', true],
    ['.*', false],
  ])('"%s" finds it: %s', (search, found) => expect(matches(m, search)).toBe(found));
});

describe('order', () => {
  const fleet = [
    machine({ id: '1', hostname: 'node-10', state: 'Deployed', state_code: 6, memory_mib: 1 }),
    machine({ id: '2', hostname: 'node-9', state: 'Failed testing', state_code: 22, memory_mib: 3 }),
    machine({ id: '3', hostname: 'Node-1', state: 'New', state_code: 0, memory_mib: 2 }),
    machine({ id: '4', hostname: 'node-2', prompt: 'press the button', memory_mib: 2 }),
  ];
  const ids = (key: SortKey, direction: Direction, filters: Filter[] = []) =>
    arrange(fleet, '', new Set(filters), key, direction)
      .map((m) => m.id)
      .join('');

  test.each<[SortKey, Direction, string]>([
    ['name', 'asc', '3421'],
    ['name', 'desc', '1243'],
    ['state', 'asc', '2341'],
    ['hardware', 'asc', '1342'],
    ['hardware', 'desc', '2341'],
    ['image', 'asc', '3421'],
  ])('by %s %s', (key, direction, order) => expect(ids(key, direction)).toBe(order));

  test.each<[Filter[], string]>([
    [['attention'], '42'],
    [['new', 'deployed'], '31'],
    [['busy'], ''],
  ])('only %j', (filters, order) => expect(ids('name', 'asc', filters)).toBe(order));
});
