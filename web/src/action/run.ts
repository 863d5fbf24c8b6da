import { api } from '../api/client';
import type { Machine } from '../api/types';

export interface Outcome {
  machine: Machine;
  /** empty: done */
  error: string;
}

const AT_ONCE = 4;

/** Sends one action to each machine, a few at a time, and says how each went. */
export async function runOnAll(
  machines: readonly Machine[],
  verb: string,
  params: object,
  onDone: (outcome: Outcome, changed: Machine | null) => void,
): Promise<void> {
  const queue = [...machines];
  const worker = async () => {
    for (let machine = queue.shift(); machine !== undefined; machine = queue.shift()) {
      try {
        const changed = await api.act(machine.id, verb, params);
        onDone({ machine, error: '' }, looksLikeMachine(changed) ? changed : null);
      } catch (error) {
        onDone({ machine, error: (error as Error).message }, null);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, machines.length) }, worker));
}

/** After `delete` there is no machine to answer with. */
function looksLikeMachine(value: unknown): value is Machine {
  return typeof value === 'object' && value !== null && 'id' in value && 'actions' in value;
}
