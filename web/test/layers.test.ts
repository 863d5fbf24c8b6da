import { describe, expect, test } from 'vitest';
import { becoming, moved, NEW_LINE, sameLines } from '../src/layers/lines';
import { byNeed } from '../src/layers/TargetForm';
import { asked, NEW_CLUSTER } from '../src/layers/wish';
import { routeOf } from '../src/route';

const line = (name: string, more = {}) => ({ ...NEW_LINE, name, ...more });
const names = (lines: { name: string }[]) => lines.map((one) => one.name).join('');
const words = { as: 'as', to: 'handed to', of: 'for' };

describe('the table of policies', () => {
  const table = [line('a'), line('b'), line('c')];

  test('a line moves up and down, and not out of the table', () => {
    expect(names(moved(table, 2, 0))).toBe('cab');
    expect(names(moved(table, 0, 1))).toBe('bac');
    expect(names(moved(table, 0, -1))).toBe('abc');
    expect(names(moved(table, 2, 3))).toBe('abc');
  });

  test('an edit that changes nothing is no edit', () => {
    expect(sameLines(table, table.map((one) => ({ ...one })))).toBe(true);
    expect(sameLines([line('a')], [{ ...line('a'), max: 3 }])).toBe(false);
    expect(sameLines(table, moved(table, 0, 1))).toBe(false);
    // the order of an answer's keys says nothing
    const { name, ...rest } = line('a');
    expect(sameLines([line('a')], [{ ...rest, name }])).toBe(true);
  });

  test('what a machine becomes is said in a few words', () => {
    expect(becoming(line('a', { image: 'debian/bookworm', role: 'worker', target: 'hall', owner: 'ada' }), words)).toBe(
      'debian/bookworm as worker handed to hall for ada',
    );
    expect(becoming(line('a', { image: 'debian/bookworm' }), words)).toBe('debian/bookworm');
  });
});

test('what has to be said about a target comes first', () => {
  const key = (required: boolean) => ({ secret: false, required, preset: '', description: '' });
  const keys = { zone: key(false), url: key(true), area: key(false), ca: key(true) };
  expect(Object.entries(keys).sort(byNeed).map(([name]) => name)).toEqual(['ca', 'url', 'area', 'zone']);
});

test('the page of layers has an address of its own', () => {
  expect(routeOf('#/layers')).toEqual({ page: 'layers' });
  expect(routeOf('#/layers/')).toEqual({ page: 'layers' });
  expect(routeOf('#/layersx')).toEqual({ page: 'list' });
});

describe('a new cluster', () => {
  const wish = { ...NEW_CLUSTER, name: ' hall2 ', version: 'v1.31.4', image: 'debian/bookworm' };

  test('is asked for as the API takes it', () => {
    expect(asked({ ...wish, tags: 'ssd' }, '')).toEqual({
      name: 'hall2',
      distribution: 'kubeadm',
      version: 'v1.31.4',
      control_plane: { size: 1, constraints: { tags: 'ssd' } },
      workers: { count: 2, constraints: { tags: 'ssd' } },
      image: 'debian/bookworm',
    });
  });

  test('the rest stands above the fields', () =>
    expect(asked({ ...wish, more: '{"image": "custom/node", "erase": "none"}' }, '')).toMatchObject({
      image: 'custom/node',
      erase: 'none',
    }));

  test('a rest that is no object is said before anything is sent', () => {
    for (const more of ['{', '[]', '3', 'null']) {
      expect(() => asked({ ...wish, more }, 'no object')).toThrow('no object');
    }
  });
});
