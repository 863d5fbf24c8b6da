import { describe, expect, test } from 'vitest';
import * as f from '../src/format';

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1_500_000, '1.5 MB'],
    [999_960, '1 MB'],
    [480_103_981_056, '480 GB'],
    [3_840_755_982_336, '3.8 TB'],
    [-5, '0 B'],
  ])('a disk of %d bytes reads %s', (bytes, text) => expect(f.diskSize(bytes)).toBe(text));

  test.each([
    [0, '0 B'],
    [512, '512 MiB'],
    [1024, '1 GiB'],
    [1536, '1.5 GiB'],
    [524_288, '512 GiB'],
    [1_572_864, '1.5 TiB'],
  ])('memory of %d MiB reads %s', (mib, text) => expect(f.memorySize(mib)).toBe(text));

  test('a rate is a size per second', () => expect(f.rate(112_400_000)).toBe('112 MB/s'));
});

describe('times', () => {
  test.each([
    [-3, '0 s'],
    [59.9, '59 s'],
    [60, '1 min 00 s'],
    [185, '3 min 05 s'],
    [3600, '1 h 00 min'],
    [86_399, '23 h 59 min'],
    [90_000, '1 d 1 h'],
  ])('%d seconds read %s', (seconds, text) => expect(f.duration(seconds)).toBe(text));

  test.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [12.6, '13 s'],
    [75.2, '1 min 15 s'],
  ])('a measured %d seconds read %s', (seconds, text) => expect(f.span(seconds)).toBe(text));

  test.each([
    [0, ''],
    [12.4, '+12 ms'],
    [1500, '+1.5 s'],
    [125_000, '+2 min 05 s'],
  ])('a pause of %d ms reads %s', (ms, text) => expect(f.delta(ms)).toBe(text));

  test('an unreadable time is shown as it came', () => {
    expect(f.clockTime('yesterday')).toBe('yesterday');
    expect(f.day('yesterday')).toBe('');
  });

  test('the clock shows milliseconds', () =>
    expect(f.clockTime('2026-11-22T10:01:02.045Z')).toMatch(/^\d\d:\d\d:02\.045$/));
});

test.each([
  [299, '4 min 59 s'],
  [301, '5 min'],
  [7300, '2 h'],
])('a deadline in %d seconds reads %s', (seconds, text) => expect(f.roughDuration(seconds)).toBe(text));

describe('progress', () => {
  test.each([
    [0, 0, 0],
    [50, 200, 25],
    [300, 200, 100],
    [-1, 200, 0],
  ])('%d of %d are %d percent', (done, total, p) => expect(f.percent(done, total)).toBe(p));

  test('the time left needs a rate and something left to do', () => {
    expect(f.eta(50, 200, 10)).toBe(15);
    expect(f.eta(50, 200, 0)).toBeNull();
    expect(f.eta(200, 200, 10)).toBeNull();
  });

  test('scripts are counted and bytes are measured', () => {
    expect(f.amount(3, 5)).toBe('3');
    expect(f.amount(2_000_000, 8_000_000)).toBe('2 MB');
  });
});
