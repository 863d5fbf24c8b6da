import { Alert, AlertActionCloseButton, AlertGroup } from '@patternfly/react-core';
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import type { Machine } from '../api/types';
import { useLive } from '../live/context';
import { nameOf } from '../states';
import { texts } from '../texts';
import { ActionDialog } from './ActionDialog';
import { runOnAll } from './run';
import type { Verb } from './verbs';

type Choose = (verb: Verb, machines: readonly Machine[]) => void;

const ActionContext = createContext<Choose>(() => undefined);

/** Starts an action: at once, or by way of its dialog. */
export const useActions = (): Choose => useContext(ActionContext);

interface Open {
  verb: Verb;
  machines: readonly Machine[];
  skipped: readonly Machine[];
}

interface Failure {
  key: number;
  title: string;
  text: string;
}

let failures = 0;

export function ActionProvider({ children }: { children: ReactNode }) {
  const live = useLive();
  const [open, setOpen] = useState<Open | null>(null);
  const [failed, setFailed] = useState<Failure[]>([]);

  const choose = useCallback<Choose>(
    (verb, chosen) => {
      const machines = chosen.filter((m) => m.actions.includes(verb.name));
      const skipped = chosen.filter((m) => !m.actions.includes(verb.name));
      if (verb.dialog !== 'none' || chosen.length > 1) {
        setOpen({ verb, machines, skipped });
        return;
      }
      const send = (machine: Machine) => live.act(machine.id, verb.name, {});
      void runOnAll(machines, send, ({ machine, error }) => {
        if (error !== '') {
          const title = `${texts.dialog.button[verb.name] ?? verb.name}: ${nameOf(machine)}`;
          setFailed((all) => [...all.slice(-4), { key: ++failures, title, text: error }]);
        }
      });
    },
    [live],
  );

  const alerts = useMemo(
    () => (
      <AlertGroup isToast isLiveRegion>
        {failed.map(({ key, title, text }) => (
          <Alert
            key={key}
            variant="danger"
            title={title}
            timeout={15_000}
            onTimeout={() => setFailed((all) => all.filter((f) => f.key !== key))}
            actionClose={
              <AlertActionCloseButton
                onClose={() => setFailed((all) => all.filter((f) => f.key !== key))}
              />
            }
          >
            {text}
          </Alert>
        ))}
      </AlertGroup>
    ),
    [failed],
  );

  return (
    <ActionContext.Provider value={choose}>
      {children}
      {alerts}
      {open === null ? null : <ActionDialog {...open} onClose={() => setOpen(null)} />}
    </ActionContext.Provider>
  );
}
