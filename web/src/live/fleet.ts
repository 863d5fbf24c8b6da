import type { Machine } from '../api/types';

/** All machines by id, and whether a full list has been seen yet. */
export interface Fleet {
  machines: ReadonlyMap<string, Machine>;
  loaded: boolean;
}

export const EMPTY_FLEET: Fleet = { machines: new Map(), loaded: false };

export type Change =
  | { kind: 'list'; machines: Machine[] }
  | { kind: 'machine'; machine: Machine }
  | { kind: 'gone'; id: string };

/** The fleet after some changes; the same object when nothing came. */
export function reduce(fleet: Fleet, changes: readonly Change[]): Fleet {
  if (changes.length === 0) {
    return fleet;
  }
  let machines = new Map(fleet.machines);
  let loaded = fleet.loaded;
  for (const change of changes) {
    switch (change.kind) {
      case 'list':
        machines = new Map(change.machines.map((machine) => [machine.id, machine]));
        loaded = true;
        break;
      case 'machine':
        machines.set(change.machine.id, change.machine);
        break;
      case 'gone':
        machines.delete(change.id);
        break;
    }
  }
  return { machines, loaded };
}
