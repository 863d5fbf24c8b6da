import { expect, test } from 'vitest';
import { runOnAll, type Outcome } from '../src/action/run';
import { machine } from './fleet';

test('each machine is done once, four at a time, and a refusal stops nobody else', async () => {
  const machines = Array.from({ length: 11 }, (_, i) => machine({ id: `m${i}` }));
  const outcomes: Outcome[] = [];
  let running = 0;
  let most = 0;
  await runOnAll(
    machines,
    async ({ id }) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (id === 'm3') {
        throw new Error('it is Deploying');
      }
    },
    (outcome) => outcomes.push(outcome),
  );
  expect(outcomes.map((o) => o.machine.id).sort()).toEqual(machines.map((m) => m.id).sort());
  expect(outcomes.filter((o) => o.error !== '')).toEqual([
    { machine: machines[3], error: 'it is Deploying' },
  ]);
  expect(most).toBe(4);
});
