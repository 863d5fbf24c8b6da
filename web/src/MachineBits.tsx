import { Label, Progress } from '@patternfly/react-core';
import AmbulanceIcon from '@patternfly/react-icons/dist/esm/icons/first-aid-icon';
import ArchiveIcon from '@patternfly/react-icons/dist/esm/icons/archive-icon';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import EraserIcon from '@patternfly/react-icons/dist/esm/icons/eraser-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import ExclamationTriangleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import HandPaperIcon from '@patternfly/react-icons/dist/esm/icons/hand-paper-icon';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import PlusCircleIcon from '@patternfly/react-icons/dist/esm/icons/plus-circle-icon';
import PowerOffIcon from '@patternfly/react-icons/dist/esm/icons/power-off-icon';
import QuestionCircleIcon from '@patternfly/react-icons/dist/esm/icons/question-circle-icon';
import RunningIcon from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import ServerIcon from '@patternfly/react-icons/dist/esm/icons/server-icon';
import UserIcon from '@patternfly/react-icons/dist/esm/icons/user-icon';
import WrenchIcon from '@patternfly/react-icons/dist/esm/icons/wrench-icon';
import type { ReactNode } from 'react';
import type { Machine } from './api/types';
import { useSecond } from './clock';
import { amount, counted, duration, eta, percent, rate, roughDuration } from './format';
import { isBusy, lookOf, nameOf } from './states';
import { texts } from './texts';

const t = texts.machine;

function stateIcon(code: number): ReactNode {
  switch (code) {
    case 0:
      return <PlusCircleIcon />;
    case 3:
    case 8:
      return <WrenchIcon />;
    case 4:
      return <CheckCircleIcon />;
    case 5:
    case 10:
      return <UserIcon />;
    case 6:
      return <ServerIcon />;
    case 7:
      return <ArchiveIcon />;
    case 14:
      return <EraserIcon />;
    case 16:
      return <AmbulanceIcon />;
  }
  const { group } = lookOf(code);
  if (group === 'busy') {
    return <RunningIcon className="rs-turning" />;
  }
  return group === 'failed' ? <ExclamationCircleIcon /> : <QuestionCircleIcon />;
}

export function StateLabel({ machine }: { machine: Machine }) {
  const { colour } = lookOf(machine.state_code);
  return (
    <Label
      color={colour}
      // what only waits for somebody is drawn lighter than what is in use
      variant={[0, 4, 5, 7].includes(machine.state_code) ? 'outline' : 'filled'}
      icon={stateIcon(machine.state_code)}
    >
      {machine.state}
    </Label>
  );
}

/** Since when, and until when: both tick. */
export function StateTimes({ machine }: { machine: Machine }) {
  const second = useSecond();
  const since = Date.parse(machine.since) / 1000;
  const deadline = machine.deadline === null ? NaN : Date.parse(machine.deadline) / 1000;
  const left = deadline - second;
  return (
    <div className="rs-small">
      {Number.isNaN(since) ? null : <span>{t.inState(duration(second - since))}</span>}
      {Number.isNaN(left) ? null : (
        <span className={left < 300 ? 'rs-soon' : undefined} title={t.givesUpHint}>
          {left > 0 ? t.givesUp(roughDuration(left)) : t.overdue}
        </span>
      )}
    </div>
  );
}

export function MachineFlags({ machine }: { machine: Machine }) {
  return (
    <>
      {machine.locked ? (
        <Label isCompact color="grey" icon={<LockIcon />} title={t.lockedHint}>
          {t.locked}
        </Label>
      ) : null}
      {machine.quarantine ? (
        <Label
          isCompact
          color="orangered"
          icon={<ExclamationTriangleIcon />}
          title={machine.quarantine}
        >
          {t.quarantine}
        </Label>
      ) : null}
    </>
  );
}

export function PowerState({ machine }: { machine: Machine }) {
  const icon = machine.power === 'unknown' ? <QuestionCircleIcon /> : <PowerOffIcon />;
  return (
    <span className="rs-power">
      <span className={`rs-power-${machine.power}`} aria-hidden="true">
        {icon}
      </span>
      <span>
        {t.power[machine.power] ?? machine.power}
        <span className="rs-small">{t.powerBy(machine.power_type)}</span>
      </span>
    </span>
  );
}

/** The bar, the prompt, the quarantine or the last word: whatever one has to know now. */
export function Activity({ machine }: { machine: Machine }) {
  const { progress, prompt, quarantine, message } = machine;
  const silent = !prompt && !quarantine && !progress && message === '';
  return (
    <div className="rs-activity">
      {prompt ? (
        <span className="rs-prompt">
          <HandPaperIcon aria-hidden="true" /> <strong>{prompt}</strong>
        </span>
      ) : null}
      {quarantine ? (
        <span className="rs-prompt">
          <ExclamationTriangleIcon aria-hidden="true" /> {quarantine}
        </span>
      ) : null}
      {progress && isBusy(machine) ? <ProgressLine machine={machine} /> : null}
      {silent && machine.state_code === 0 ? (
        <span className="rs-message">{t.toAccept}</span>
      ) : null}
      {silent && isBusy(machine) ? <span className="rs-message">{t.noWordYet}</span> : null}
      {message !== '' && !(progress && isBusy(machine)) ? (
        <span className={lookOf(machine.state_code).group === 'failed' ? 'rs-bad' : 'rs-message'}>
          {message}
        </span>
      ) : null}
    </div>
  );
}

function ProgressLine({ machine }: { machine: Machine }) {
  const p = machine.progress!;
  const left = eta(p.done, p.total, p.rate);
  const value = Math.round(percent(p.done, p.total));
  const facts =
    p.total > 0
      ? [
          t.of(amount(p.done, p.total), amount(p.total, p.total)),
          ...(p.rate > 0 && !counted(p.total) ? [rate(p.rate)] : []),
          ...(left === null ? [] : [t.eta(duration(Math.ceil(left)))]),
        ]
      : [];
  return (
    <div>
      <div className="rs-progress-text">{p.text || p.step}</div>
      {p.total > 0 ? (
        <>
          <Progress
            value={value}
            size="sm"
            measureLocation="outside"
            aria-label={t.progress(nameOf(machine))}
          />
          <div className="rs-small">{facts.join(' · ')}</div>
        </>
      ) : null}
    </div>
  );
}
