import { Alert, Button, Content, EmptyState, EmptyStateBody, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { texts } from '../texts';
import { TargetForm } from './TargetForm';
import type { Target } from './types';

const t = texts.layers.targets;
const TARGETS = ['targets'];

/** The layers above, each with its broker: set up, tried, removed. */
export function Targets({ mayEdit, mayTest }: { mayEdit: boolean; mayTest: boolean }) {
  const queries = useQueryClient();
  const known = useQuery({ queryKey: TARGETS, queryFn: api.targets });
  const [editing, setEditing] = useState<Target | null>(null);
  const [tried, setTried] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState('');
  const targets = known.data?.targets ?? [];

  const test = async (name: string) => {
    setTried((all) => ({ ...all, [name]: t.trying }));
    const answer = await api
      .testTarget(name)
      .catch((error: unknown) => ({ ok: false, why: (error as Error).message }));
    setTried((all) => ({ ...all, [name]: answer.ok ? '' : answer.why }));
  };
  const remove = async (name: string) => {
    setProblem('');
    try {
      await api.removeTarget(name);
    } catch (error) {
      setProblem((error as Error).message);
    }
    await queries.invalidateQueries({ queryKey: TARGETS });
  };

  return (
    <div className="rs-layers">
      <Content component="p">{t.explain}</Content>
      {known.isError ? <Alert isInline variant="danger" title={known.error.message} /> : null}
      {problem === '' ? null : <Alert isInline variant="danger" title={problem} role="alert" />}
      {targets.length === 0 && known.isSuccess ? (
        <EmptyState titleText={t.none} headingLevel="h2" variant="sm">
          <EmptyStateBody>{t.noneBody}</EmptyStateBody>
        </EmptyState>
      ) : (
        <Table variant="compact" aria-label={t.title}>
          <Thead>
            <Tr>
              <Th>{t.columns.name}</Th>
              <Th>{t.columns.broker}</Th>
              <Th>{t.columns.config}</Th>
              <Th>{t.columns.connection}</Th>
              <Th screenReaderText={t.columns.actions} />
            </Tr>
          </Thead>
          <Tbody>
            {targets.map((target) => (
              <Tr key={target.name}>
                <Td dataLabel={t.columns.name}>
                  <strong>{target.name}</strong>
                </Td>
                <Td dataLabel={t.columns.broker}>{target.broker}</Td>
                <Td dataLabel={t.columns.config}>
                  {Object.entries(target.config)
                    .sort(([a], [b]) => (a < b ? -1 : 1))
                    .map(([key, value]) => (
                      <span key={key} className="rs-small">
                        <span>
                          {key}: {value.length > 60 ? `${value.slice(0, 60)}…` : value}
                        </span>
                      </span>
                    ))}
                </Td>
                <Td dataLabel={t.columns.connection}>
                  <Tried words={tried[target.name]} />
                </Td>
                <Td isActionCell>
                  <span className="rs-row-buttons">
                    {mayTest ? (
                      <Button variant="link" isInline aria-label={t.testLabel(target.name)} onClick={() => void test(target.name)}>
                        {t.test}
                      </Button>
                    ) : null}
                    {mayEdit ? (
                      <>
                        <Button variant="link" isInline aria-label={t.editLabel(target.name)} onClick={() => setEditing(target)}>
                          {t.edit}
                        </Button>
                        <Button variant="link" isInline isDanger aria-label={t.removeLabel(target.name)} onClick={() => void remove(target.name)}>
                          {t.remove}
                        </Button>
                      </>
                    ) : null}
                  </span>
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
      {mayEdit ? (
        <Button variant="secondary" className="rs-add" onClick={() => setEditing({ name: '', broker: '', config: {} })}>
          {t.add}
        </Button>
      ) : null}
      {editing === null ? null : (
        <TargetForm
          target={editing}
          onClose={() => setEditing(null)}
          onDone={() => {
            setEditing(null);
            void queries.invalidateQueries({ queryKey: TARGETS });
          }}
        />
      )}
    </div>
  );
}

function Tried({ words }: { words: string | undefined }) {
  if (words === undefined) {
    return null;
  }
  if (words === '') {
    return <Label color="green">{t.works}</Label>;
  }
  return words === t.trying ? <span role="status">{words}</span> : <span className="rs-bad">{words}</span>;
}
