import { describe, expect, test } from 'vitest';
import { noteServerDate, problemText, serverNow } from '../src/api/client';
import type { Entry } from '../src/api/types';
import { badKeyLine, keyLines, userDataRecognised, userDataTooBig, validHostname } from '../src/action/deploy';
import { needsCount, primaryVerbs, VERBS, verbsOf } from '../src/action/verbs';
import { actorName, boots, filterEntries, goingOn, KEEP, mergeEntries } from '../src/machine/entries';
import { diskKey, linkSpeed, readHardware } from '../src/machine/hardware';
import { routeOf } from '../src/route';
import { machine } from './fleet';

const entry = (id: string, at: string, source = 'dhcp', text = id): Entry => ({ id, at, source, text });
const ids = (entries: readonly Entry[]) => entries.map((e) => e.id).join('');

describe('the timeline', () => {
  const a = entry('a', '2026-11-22T10:00:00.000Z');
  const b = entry('b', '2026-11-22T10:00:01.000Z');
  const c = entry('c', '2026-11-22T10:00:02.000Z');

  test('what comes twice is shown once', () => {
    expect(ids(mergeEntries([a, b], [b, c, c]))).toBe('abc');
    const same = [a, b];
    expect(mergeEntries(same, [b])).toBe(same);
  });

  test('what comes late stands at its time', () => expect(ids(mergeEntries([a, c], [b]))).toBe('abc'));

  test('times without milliseconds and equal times fall into place', () => {
    const list = [
      entry('3', '2026-11-22T10:00:00.500Z'),
      entry('1', '2026-11-22T10:00:00Z'),
      entry('2', '2026-11-22T10:00:00Z'),
    ];
    expect(ids(mergeEntries([list[2]!], [list[0]!, list[1]!]))).toBe('123');
  });

  test('the oldest leave when there are too many', () => {
    const many = Array.from({ length: KEEP + 5 }, (_, i) =>
      entry(`n${i}`, new Date(1_800_000_000_000 + i).toISOString()),
    );
    const kept = mergeEntries([], many);
    expect(kept.length).toBe(KEEP);
    expect(kept[0]!.id).toBe('n5');
  });

  test('it is filtered by source and words', () => {
    const all = [entry('x', '1', 'agent', 'writing vda'), entry('y', '2', 'tftp', 'sent snponly.efi')];
    expect(ids(filterEntries(all, new Set(['agent']), ''))).toBe('x');
    expect(ids(filterEntries(all, new Set(), 'SENT efi'))).toBe('y');
    expect(filterEntries(all, new Set(), ' ')).toBe(all);
  });
});

describe('phases', () => {
  const at = (s: number) => new Date(1_800_000_000_000 + s * 1000).toISOString();
  test('the agent goes on after the image, and a long pause ends a boot', () => {
    const found = boots([
      { name: 'agent', start: at(0), seconds: 5 },
      { name: 'image', start: at(5), seconds: 20 },
      { name: 'agent', start: at(25), seconds: 2 },
      { name: 'first-boot', start: at(2000), seconds: 30 },
    ]);
    expect(found.map((boot) => boot.phases.map((p) => p.name).join(' '))).toEqual([
      'agent image agent',
      'first-boot',
    ]);
  });

  test('the last phase goes on while the machine is busy, unless it ended before', () => {
    const phases = [
      { name: 'kernel', start: at(10), seconds: 5 },
      { name: 'agent', start: at(15), seconds: 5 },
    ];
    const seconds = (since: number) =>
      goingOn(phases, at(since), 1_800_000_100).map((phase) => phase.seconds);
    expect(seconds(12)).toEqual([5, 85]);
    expect(seconds(17)).toEqual([5, 85]);
    expect(seconds(20)).toEqual([5, 5]);
    expect(goingOn([], at(0), 1_800_000_100)).toEqual([]);
  });

  test('a new boot begins where the order does', () => {
    const found = boots([
      { name: 'kernel', start: at(12), seconds: 5 },
      { name: 'firmware', start: at(0), seconds: 10 },
      { name: 'dhcp', start: at(10), seconds: 2 },
      { name: 'firmware', start: at(100), seconds: 9 },
      { name: 'first-boot', start: at(110), seconds: 30 },
      { name: 'invented', start: at(141), seconds: 1 },
      { name: 'dhcp', start: at(10.5), seconds: 1.5 },
      { name: 'loader', start: 'no time', seconds: 1 },
    ]);
    expect(found.map((boot) => boot.phases.map((p) => p.name).join(' '))).toEqual([
      'firmware dhcp kernel',
      'firmware first-boot invented',
    ]);
    expect(found.map((boot) => boot.seconds)).toEqual([17, 42]);
    expect(found[0]!.phases[1]).toEqual({ name: 'dhcp', offset: 10, seconds: 2 });
  });
});

describe('who speaks', () => {
  test.each([
    ['agent:4y3h7n', ''],
    ['agent:another', 'agent:another'],
    ['appliance:rackstead', ''],
    ['user:admin', 'admin'],
    ['ipmi://10.78.128.1', 'ipmi://10.78.128.1'],
  ])('%s is shown as "%s"', (actor, shown) => expect(actorName(actor, '4y3h7n')).toBe(shown));
});

describe('the hardware report', () => {
  test.each([[null], [undefined], ['text'], [[1]], [7]])('%j is none', (report) =>
    expect(readHardware(report)).toBeNull(),
  );

  test('anything may be missing or of the wrong kind', () => {
    const hardware = readHardware({
      system: 'x',
      disks: [null, { name: 7, size_bytes: -1, holds: 'gpt' }],
      nics: {},
      memory: { total_kib: '9', modules: [{ size_mib: NaN }] },
    })!;
    expect(hardware.disks.map((d) => [d.name, d.sizeBytes, d.holds])).toEqual([
      ['', 0, []],
      ['7', 0, []],
    ]);
    expect(hardware.nics).toEqual([]);
    expect(hardware.memoryKib).toBe(0);
  });

  test('a disk is named by its serial, else by its WWN', () => {
    const [a, b] = readHardware({ disks: [{ serial: 'S', wwn: 'W' }, { wwn: 'W' }] })!.disks;
    expect([diskKey(a!), diskKey(b!)]).toEqual(['S', 'W']);
  });

  test('a neighbour is its name and port', () => {
    const [nic] = readHardware({ nics: [{ lldp: { chassis: 'aa:bb', system: 'sw1', port: 'Eth7' } }] })!.nics;
    expect(nic!.lldp).toBe('sw1 · Eth7');
    expect([linkSpeed(100), linkSpeed(25_000), linkSpeed(0)]).toEqual(['100 Mbit/s', '25 Gbit/s', '']);
  });
});

describe('actions', () => {
  test('the menu holds what at least one machine allows', () => {
    const menu = verbsOf([machine(), machine({ actions: ['release', 'invented'] })]);
    expect(menu.map((v) => v.name)).toEqual(['commission', 'deploy', 'release']);
  });

  test('a new machine is to be accepted first', () => {
    const fresh = machine({ state_code: 0, actions: ['commission', 'delete'] });
    expect(primaryVerbs(fresh).map((v) => v.name)).toEqual(['commission']);
  });

  test('what loses something on three machines or more asks for their number', () => {
    const verb = (name: string) => VERBS.find((v) => v.name === name)!;
    expect(needsCount(verb('delete'), 2)).toBe(false);
    expect(needsCount(verb('delete'), 3)).toBe(true);
    expect(needsCount(verb('test'), 30)).toBe(false);
  });

  test('whatever loses something has a dialog', () =>
    expect(VERBS.filter((v) => v.danger && v.dialog === 'none')).toEqual([]));
});

describe('deploying', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx1 me@here';
  test.each([
    ['', 0],
    [`# mine\n\n${key}\n`, 0],
    [`${key}\nssh-ed25519`, 2],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 1],
  ])('keys %j: bad line %d', (text, line) => expect(badKeyLine(text)).toBe(line));

  test('comments and empty lines are not sent', () =>
    expect(keyLines(`# mine\n\n  ${key}  \n`)).toEqual([key]));

  test.each([
    ['node-1', true],
    ['', true],
    ['-node', false],
    ['a.b', false],
    ['n'.repeat(64), false],
    ['n;reboot', false],
  ])('host name %j: %s', (name, good) => expect(validHostname(name)).toBe(good));

  test('user data is recognised by how it begins, and has a limit', () => {
    expect(userDataRecognised('#cloud-config\n')).toBe(true);
    expect(userDataRecognised('#!/bin/sh')).toBe(true);
    expect(userDataRecognised('packages: [vim]')).toBe(false);
    expect(userDataTooBig('ä'.repeat(1024 * 1024))).toBe(false);
    expect(userDataTooBig('ä'.repeat(1024 * 1024 + 1))).toBe(true);
  });
});

describe('the API', () => {
  test.each([
    [{ title: 'Conflict', detail: 'Deploying: abort first' }, 'Deploying: abort first'],
    [{ title: 'Conflict' }, 'Conflict'],
    [null, 'the appliance answered 409'],
    [{ detail: 7 }, 'the appliance answered 409'],
  ])('the problem %j reads %s', (body, text) => expect(problemText(409, body)).toBe(text));

  test('a wrong clock here does not show in the times', () => {
    const here = Date.now();
    noteServerDate(new Date(here + 600_000).toUTCString(), here);
    expect(Math.abs(serverNow() - here - 600_000)).toBeLessThan(2_000);
    noteServerDate(new Date(here).toUTCString(), here);
    expect(Math.abs(serverNow() - here)).toBeLessThan(2_000);
  });
});

describe('addresses of pages', () => {
  test.each([
    ['', { page: 'list' }],
    ['#/', { page: 'list' }],
    ['#/machine/4y3h7n', { page: 'machine', id: '4y3h7n' }],
    ['#/machine/a%2Fb', { page: 'machine', id: 'a/b' }],
    ['#/machine/%', { page: 'list' }],
  ])('%s', (hash, route) => expect(routeOf(hash)).toEqual(route));
});
