import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import type { CSSProperties } from 'react';
import type { Phase } from '../api/types';
import { useSecond } from '../clock';
import { clockTime, span } from '../format';
import { texts } from '../texts';
import { boots, goingOn, PHASES } from './entries';

const t = texts.phases;
const SHOWN = 2;

/** One strip per boot, all on one scale, so that a slow one is seen beside a quick one. */
interface Props {
  phases: readonly Phase[];
  /** since when it has been busy; null when it is not */
  since: string | null;
}

export function PhaseStrip({ phases, since }: Props) {
  const second = useSecond();
  const busy = since !== null;
  const all = boots(busy ? goingOn(phases, since, second) : phases).slice(-SHOWN);
  if (all.length === 0) {
    return null;
  }
  const longest = Math.max(...all.map((boot) => boot.seconds), 1);
  return (
    <Card isCompact className="rs-phases">
      <CardTitle component="h2">{t.title}</CardTitle>
      <CardBody>
        {all.map((boot, i) => (
          <div className="rs-boot" key={boot.start}>
            <span className="rs-boot-name">
              {t.boot(clockTime(new Date(boot.start).toISOString()).slice(0, 8))}
              <span className="rs-small">
                {t.total(span(boot.seconds))}
                {busy && i === all.length - 1 ? `, ${t.running}` : ''}
              </span>
            </span>
            <ol className="rs-strip">
              {boot.phases.map((phase, n) => {
                const name = t.names[phase.name] ?? phase.name;
                const label = t.label(name, span(phase.seconds));
                const share = (phase.seconds / longest) * 100;
                // set by script through the CSS object model, which a strict policy allows
                const place: CSSProperties = {
                  insetInlineStart: `${(phase.offset / longest) * 100}%`,
                  inlineSize: `max(3px, ${share}%)`,
                };
                return (
                  <li
                    key={n}
                    className={`rs-phase rs-phase-${PHASES.indexOf(phase.name) + 1}`}
                    style={place}
                    title={label}
                    aria-label={label}
                  >
                    {share > 7 ? <span aria-hidden="true">{name}</span> : null}
                  </li>
                );
              })}
            </ol>
          </div>
        ))}
        <ul className="rs-legend" aria-hidden="true">
          {PHASES.map((name, i) => {
            const latest = all[all.length - 1]!.phases.filter((phase) => phase.name === name);
            const seconds = latest.reduce((sum, phase) => sum + phase.seconds, 0);
            return (
              <li key={name}>
                <span className={`rs-swatch rs-phase-${i + 1}`} />
                {t.names[name]}
                {latest.length > 0 ? <strong>{span(seconds)}</strong> : null}
              </li>
            );
          })}
        </ul>
      </CardBody>
    </Card>
  );
}
