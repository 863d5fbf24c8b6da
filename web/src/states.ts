import type { Machine } from './api/types';

export type Group = 'new' | 'busy' | 'ready' | 'deployed' | 'failed' | 'other';
export type Filter = Group | 'attention';
export type Colour =
  | 'blue'
  | 'teal'
  | 'green'
  | 'orange'
  | 'purple'
  | 'red'
  | 'orangered'
  | 'grey'
  | 'yellow';

interface Look {
  group: Group;
  colour: Colour;
}

const look = (group: Group, colour: Colour): Look => ({ group, colour });

/** By MAAS's state numbers; a state that is not here is shown in grey, with its own name. */
const LOOKS: Record<number, Look> = {
  0: look('new', 'teal'),
  1: look('busy', 'blue'),
  2: look('failed', 'red'),
  3: look('failed', 'orangered'),
  4: look('ready', 'green'),
  5: look('ready', 'purple'),
  6: look('deployed', 'green'),
  7: look('other', 'grey'),
  8: look('failed', 'orangered'),
  9: look('busy', 'blue'),
  10: look('ready', 'purple'),
  11: look('failed', 'red'),
  12: look('busy', 'blue'),
  13: look('failed', 'red'),
  14: look('busy', 'orange'),
  15: look('failed', 'red'),
  16: look('other', 'yellow'),
  17: look('busy', 'yellow'),
  18: look('failed', 'red'),
  19: look('busy', 'yellow'),
  20: look('failed', 'red'),
  21: look('busy', 'blue'),
  22: look('failed', 'red'),
};

const UNKNOWN = look('other', 'grey');

export function lookOf(code: number): Look {
  return LOOKS[code] ?? UNKNOWN;
}

export const FILTERS: Filter[] = ['attention', 'new', 'busy', 'ready', 'deployed', 'failed', 'other'];

/** A machine has an id before it has a name. */
export function nameOf(machine: Machine): string {
  return machine.hostname || machine.id;
}

export function needsHand(machine: Machine): boolean {
  return (machine.prompt ?? '') !== '' || (machine.quarantine ?? '') !== '';
}

export function inFilter(machine: Machine, filter: Filter): boolean {
  const { group } = lookOf(machine.state_code);
  return filter === 'attention' ? needsHand(machine) || group === 'failed' : group === filter;
}

export function isBusy(machine: Machine): boolean {
  return lookOf(machine.state_code).group === 'busy';
}
