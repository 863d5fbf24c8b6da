import type { Machine } from '../api/types';

export interface Outcome {
  machine: Machine;
  /** empty: done */
  error: string;
}

const AT_ONCE = 4;

/** Does something to each machine, a few at a time, and says how each went. */
export async function runOnAll(
  machines: readonly Machine[],
  act: (machine: Machine) => Promise<void>,
  onDone: (outcome: Outcome) => void,
): Promise<void> {
  const queue = [...machines];
  const worker = async () => {
    for (let machine = queue.shift(); machine !== undefined; machine = queue.shift()) {
      let error = '';
      try {
        await act(machine);
      } catch (failure) {
        error = (failure as Error).message || String(failure);
      }
      onDone({ machine, error });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, machines.length) }, worker));
}
