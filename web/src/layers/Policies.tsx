import {
  Alert,
  Button,
  Content,
  EmptyState,
  EmptyStateBody,
  Label,
  List,
  ListItem,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { machineHref } from '../route';
import { texts } from '../texts';
import { becoming, moved, NEW_LINE, sameLines } from './lines';
import { PolicyForm } from './PolicyForm';
import type { PolicyLine, PolicyPreview } from './types';

const t = texts.layers.policies;
export const POLICIES = ['policies'];

/** The table, edited as a whole: what an edit would change is seen before it is saved. */
export function Policies({ mayEdit }: { mayEdit: boolean }) {
  const queries = useQueryClient();
  const known = useQuery({ queryKey: POLICIES, queryFn: api.policies });
  const [draft, setDraft] = useState<PolicyLine[] | null>(null);
  const [editing, setEditing] = useState<number | null>(null);
  const [preview, setPreview] = useState<PolicyPreview | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  const saved = known.data?.policies ?? [];
  const lines = draft ?? saved;
  const changed = draft !== null && !sameLines(draft, saved);
  const edit = (next: PolicyLine[]) => {
    setDraft(next);
    setPreview(null);
    setProblem('');
  };
  const ask = async (what: () => Promise<void>) => {
    setBusy(true);
    setProblem('');
    try {
      await what();
    } catch (error) {
      setProblem((error as Error).message);
    }
    setBusy(false);
  };
  const look = () => ask(async () => setPreview(await api.previewPolicies(lines)));
  const save = () =>
    ask(async () => {
      await api.savePolicies(known.data?.version ?? 0, lines);
      await queries.invalidateQueries({ queryKey: POLICIES });
      setDraft(null);
      setPreview(null);
    });

  return (
    <div className="rs-layers">
      <Content component="p">{t.explain}</Content>
      {known.isError ? <Alert isInline variant="danger" title={known.error.message} /> : null}
      {known.data && !changed && known.data.conflicts.length > 0 ? (
        <Alert isInline variant="warning" title={t.conflicts}>
          <List isPlain>
            {known.data.conflicts.map((conflict) => (
              <ListItem key={conflict}>{conflict}</ListItem>
            ))}
          </List>
        </Alert>
      ) : null}
      {lines.length === 0 && known.isSuccess ? (
        <EmptyState titleText={t.none} headingLevel="h2" variant="sm">
          <EmptyStateBody>{t.noneBody}</EmptyStateBody>
        </EmptyState>
      ) : (
        <Table variant="compact" aria-label={t.title}>
          <Thead>
            <Tr>
              <Th>{t.columns.number}</Th>
              <Th>{t.columns.name}</Th>
              <Th>{t.columns.when}</Th>
              <Th>{t.columns.becomes}</Th>
              <Th>{t.columns.limits}</Th>
              <Th screenReaderText={t.columns.actions} />
            </Tr>
          </Thead>
          <Tbody>
            {lines.map((line, i) => (
              <Tr key={`${i} ${line.name}`}>
                <Td dataLabel={t.columns.number}>{i + 1}</Td>
                <Td dataLabel={t.columns.name}>
                  <strong>{line.name}</strong> {line.enabled ? null : <Label color="grey">{t.off}</Label>}
                  <span className="rs-small">{line.comment}</span>
                </Td>
                <Td dataLabel={t.columns.when}>
                  <code>{line.when}</code>
                  <span className="rs-small">{t.on[line.on]}</span>
                </Td>
                <Td dataLabel={t.columns.becomes}>{becoming(line, t.becoming)}</Td>
                <Td dataLabel={t.columns.limits}>
                  {line.max === 0 ? t.noMax : t.max(line.max)}
                  <span className="rs-small">{line.schedule}</span>
                </Td>
                <Td isActionCell>
                  {mayEdit ? (
                    <span className="rs-row-buttons">
                      <Button variant="link" isInline isAriaDisabled={i === 0} aria-label={t.up(line.name)} onClick={() => edit(moved(lines, i, i - 1))}>
                        ↑
                      </Button>
                      <Button variant="link" isInline isAriaDisabled={i === lines.length - 1} aria-label={t.down(line.name)} onClick={() => edit(moved(lines, i, i + 1))}>
                        ↓
                      </Button>
                      <Button variant="link" isInline aria-label={t.editLabel(line.name)} onClick={() => setEditing(i)}>
                        {t.edit}
                      </Button>
                      <Button variant="link" isInline isDanger aria-label={t.removeLabel(line.name)} onClick={() => edit(lines.filter((_, at) => at !== i))}>
                        {t.remove}
                      </Button>
                    </span>
                  ) : null}
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
      {problem === '' ? null : <Alert isInline variant="danger" title={problem} role="alert" />}
      {preview === null ? null : <PreviewOf preview={preview} />}
      {mayEdit ? (
        <Toolbar>
          <ToolbarContent>
            <ToolbarItem>
              <Button variant="secondary" onClick={() => setEditing(lines.length)}>
                {t.add}
              </Button>
            </ToolbarItem>
            <ToolbarItem>
              <Button variant="secondary" isDisabled={!changed || busy} onClick={() => void look()}>
                {t.preview}
              </Button>
            </ToolbarItem>
            <ToolbarItem>
              {/* what it changes has been looked at */}
              <Button isDisabled={!changed || busy || preview === null} onClick={() => void save()}>
                {t.save}
              </Button>
            </ToolbarItem>
            <ToolbarItem>
              <Button
                variant="link"
                isDisabled={!changed}
                onClick={() => {
                  setDraft(null);
                  setPreview(null);
                  setProblem('');
                }}
              >
                {t.discard}
              </Button>
            </ToolbarItem>
          </ToolbarContent>
        </Toolbar>
      ) : null}
      {editing === null ? null : (
        <PolicyForm
          line={lines[editing] ?? NEW_LINE}
          onClose={() => setEditing(null)}
          onDone={(line) => {
            const next = [...lines];
            next[editing] = line;
            edit(next);
            setEditing(null);
          }}
        />
      )}
    </div>
  );
}

function PreviewOf({ preview }: { preview: PolicyPreview }) {
  return (
    <Alert
      isInline
      variant={preview.begins > 0 ? 'warning' : 'info'}
      title={t.previewed(preview.judged, preview.changed, preview.begins)}
    >
      {preview.changes.length === 0 ? null : (
        <List isPlain className="rs-named">
          {preview.changes.map((change) => (
            <ListItem key={change.id}>
              <a href={machineHref(change.id)}>{change.name}</a>: {change.what}
              {change.begins ? ` (${t.begins})` : ''}
            </ListItem>
          ))}
        </List>
      )}
    </Alert>
  );
}
