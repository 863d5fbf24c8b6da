import type { Machine } from '../api/types';
import { texts } from '../texts';

export interface Verb {
  name: string;
  /** none: done at once; ask: a dialog that names the machines; form: the dialog has fields */
  dialog: 'none' | 'ask' | 'form';
  danger: boolean;
  group: number;
}

const verb = (name: string, group: number, dialog: Verb['dialog'], danger = false): Verb => ({
  name,
  dialog,
  danger,
  group,
});

/** In the order of the menu. */
export const VERBS: Verb[] = [
  verb('commission', 0, 'ask'),
  verb('test', 0, 'ask'),
  verb('allocate', 0, 'none'),
  verb('deploy', 0, 'form'),
  verb('abort', 0, 'ask', true),
  verb('release', 0, 'form', true),
  verb('power-on', 1, 'none'),
  verb('power-cycle', 1, 'ask', true),
  verb('power-off', 1, 'ask', true),
  verb('rescue', 2, 'ask'),
  verb('exit-rescue', 2, 'ask'),
  verb('lock', 2, 'none'),
  verb('unlock', 2, 'none'),
  verb('mark-broken', 2, 'form'),
  verb('mark-fixed', 2, 'none'),
  verb('clear-quarantine', 2, 'ask'),
  verb('delete', 3, 'ask', true),
];

export function verbsOf(machines: readonly Machine[]): Verb[] {
  return VERBS.filter((v) => machines.some((m) => m.actions.includes(v.name)));
}

/** The one or two things one most likely wants to do next, as buttons. */
export function primaryVerbs(machine: Machine): Verb[] {
  const order =
    machine.state_code === 0
      ? ['commission']
      : ['unlock', 'clear-quarantine', 'deploy', 'abort', 'allocate', 'release', 'mark-fixed', 'exit-rescue', 'commission'];
  return order
    .map((name) => VERBS.find((v) => v.name === name))
    .filter((v): v is Verb => v !== undefined && machine.actions.includes(v.name))
    .slice(0, 2);
}

export function verbLabel(v: Verb, machines: readonly Machine[]): string {
  if (v.name === 'commission' && machines.every((m) => m.state_code === 0)) {
    return texts.verbs.accept ?? v.name;
  }
  return texts.verbs[v.name] ?? v.name;
}

/** Many machines at once, and something is lost: the number has to be typed. */
export function needsCount(v: Verb, count: number): boolean {
  return v.danger && count >= 3;
}
