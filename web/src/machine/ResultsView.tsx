import {
  CodeBlock,
  CodeBlockCode,
  EmptyState,
  EmptyStateBody,
  ExpandableSection,
  Label,
  Spinner,
  Title,
} from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ClipboardCheckIcon from '@patternfly/react-icons/dist/esm/icons/clipboard-check-icon';
import ClockIcon from '@patternfly/react-icons/dist/esm/icons/clock-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import HistoryIcon from '@patternfly/react-icons/dist/esm/icons/pending-icon';
import RunningIcon from '@patternfly/react-icons/dist/esm/icons/in-progress-icon';
import { useState, type ReactElement } from 'react';
import type { Result } from '../api/types';
import { span } from '../format';
import type { Colour } from '../states';
import { texts } from '../texts';

const t = texts.results;

const STATUS: Record<string, { colour: Colour; icon: ReactElement }> = {
  pending: { colour: 'grey', icon: <HistoryIcon /> },
  running: { colour: 'blue', icon: <RunningIcon className="rs-turning" /> },
  passed: { colour: 'green', icon: <CheckCircleIcon /> },
  failed: { colour: 'red', icon: <ExclamationCircleIcon /> },
  timeout: { colour: 'red', icon: <ClockIcon /> },
};

export function ResultsView({ results, loading }: { results: Result[]; loading: boolean }) {
  if (results.length === 0) {
    return loading ? (
      <EmptyState icon={Spinner} titleText={texts.link.connecting} headingLevel="h2" />
    ) : (
      <EmptyState icon={ClipboardCheckIcon} titleText={t.none} headingLevel="h2" variant="sm">
        <EmptyStateBody>{t.noneBody}</EmptyStateBody>
      </EmptyState>
    );
  }
  const runs = [...new Set(results.map((result) => result.run))].sort((a, b) => b - a);
  return (
    <div className="rs-hardware-view">
      {runs.map((run) => (
        <section key={run} aria-label={t.run(run)}>
          <Title headingLevel="h2" size="md">
            {t.run(run)}
          </Title>
          {results
            .filter((result) => result.run === run)
            .map((result) => (
              <ResultRow key={result.id} result={result} />
            ))}
        </section>
      ))}
    </div>
  );
}

function ResultRow({ result: r }: { result: Result }) {
  const bad = r.status === 'failed' || r.status === 'timeout';
  const [open, setOpen] = useState<boolean | null>(null);
  const shown = open ?? bad;
  const look = STATUS[r.status] ?? STATUS.pending!;
  return (
    <ExpandableSection
      isExpanded={shown}
      onToggle={(_event, next) => setOpen(next)}
      toggleContent={
        <span className="rs-result">
          <Label isCompact color={look.colour} icon={look.icon}>
            {t.status[r.status] ?? r.status}
          </Label>
          <strong>{r.name}</strong>
          <span className="rs-message">
            {[
              t.type[r.type] ?? r.type,
              r.seconds !== null && r.seconds > 0 ? span(r.seconds) : '',
              bad && r.exit !== null ? t.exit(r.exit) : '',
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
      }
    >
      {r.output === '' ? (
        <span className="rs-message">{t.noOutput}</span>
      ) : (
        <CodeBlock aria-label={t.output(r.name)} className="rs-output">
          <CodeBlockCode>{r.output}</CodeBlockCode>
        </CodeBlock>
      )}
    </ExpandableSection>
  );
}
