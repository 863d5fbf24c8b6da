import {
  Alert,
  Button,
  Content,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  FormSelect,
  FormSelectOption,
  Label,
  TextInput,
  Title,
} from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import type { Machine } from '../api/types';
import type { Handover } from '../layers/types';
import { layersHref } from '../route';
import { texts } from '../texts';

const t = texts.layers.machine;
const DEPLOYED = 6;
const COLOURS = {
  none: 'grey',
  sending: 'blue',
  proving: 'blue',
  'in service': 'green',
  failed: 'red',
  'taking back': 'blue',
  'taken back': 'grey',
  stuck: 'orange',
} as const;

/** Why this machine became what it is, and whose it is above. */
export function LayerView({ machine }: { machine: Machine }) {
  return (
    <div className="rs-hardware-view">
      <HandoverOf machine={machine} />
      <PolicyOf machine={machine} />
    </div>
  );
}

function HandoverOf({ machine }: { machine: Machine }) {
  const queries = useQueryClient();
  const key = ['hand-over', machine.id];
  const known = useQuery({
    queryKey: [...key, machine.since],
    queryFn: () => api.handover(machine.id),
    refetchInterval: (query) => (moving(query.state.data) ? 3_000 : 30_000),
  });
  const [problem, setProblem] = useState('');
  const handover = known.data;
  const act = async (what: () => Promise<unknown>) => {
    setProblem('');
    try {
      await what();
    } catch (error) {
      setProblem((error as Error).message);
    }
    await queries.invalidateQueries({ queryKey: key });
  };
  const idle =
    handover !== undefined && ['none', 'failed', 'taken back'].includes(handover.state);
  return (
    <section>
      <Title headingLevel="h2" size="md">
        {t.handover}
      </Title>
      {known.isError ? <Alert isInline variant="danger" title={known.error.message} /> : null}
      {problem === '' ? null : <Alert isInline variant="danger" title={problem} role="alert" />}
      {handover === undefined ? null : handover.state === 'none' ? (
        <Content component="p">{t.toNobody}</Content>
      ) : (
        <DescriptionList isCompact isHorizontal>
          <Item term={t.state}>
            <Label color={COLOURS[handover.state]}>{t.states[handover.state]}</Label>
            {(handover.tries ?? 0) > 1 ? ` ${t.tries(handover.tries ?? 0)}` : ''}
          </Item>
          <Item term={t.target}>{[handover.target, handover.role].filter(Boolean).join(' · ')}</Item>
          {handover.why ? <Item term={t.why}>{handover.why}</Item> : null}
          {handover.evidence ? <Item term={t.evidence}>{handover.evidence}</Item> : null}
          <Item term={t.id}>
            <code>{handover.id}</code>
          </Item>
        </DescriptionList>
      )}
      {handover?.state === 'stuck' ? (
        <>
          <Content component="p">{t.stuck}</Content>
          <Button variant="secondary" isDanger onClick={() => void act(() => api.forgetHandover(machine.id))}>
            {t.forget}
          </Button>
        </>
      ) : null}
      {idle && machine.state_code === DEPLOYED ? (
        <HandTo onGo={(target, role) => void act(() => api.handOver(machine.id, target, role))} />
      ) : null}
    </section>
  );
}

function moving(handover: Handover | undefined): boolean {
  return handover !== undefined && ['sending', 'proving', 'taking back'].includes(handover.state);
}

function Item({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}

function HandTo({ onGo }: { onGo: (target: string, role: string) => void }) {
  const targets = useQuery({ queryKey: ['targets'], queryFn: api.targets });
  const [target, setTarget] = useState('');
  const [role, setRole] = useState('');
  const names = (targets.data?.targets ?? []).map((one) => one.name);
  if (names.length === 0) {
    return (
      <Content component="p">
        <a href={layersHref}>{t.noTargets}</a>
      </Content>
    );
  }
  return (
    <form
      className="rs-hand-to"
      onSubmit={(event) => {
        event.preventDefault();
        onGo(target, role);
      }}
    >
      <FormSelect aria-label={t.target} value={target} onChange={(_event, value) => setTarget(value)}>
        <FormSelectOption value="" label={t.chooseTarget} isDisabled />
        {names.map((name) => (
          <FormSelectOption key={name} value={name} label={name} />
        ))}
      </FormSelect>
      <TextInput aria-label={t.role} placeholder={t.role} value={role} onChange={(_event, value) => setRole(value)} />
      <Button type="submit" variant="secondary" isDisabled={target === ''}>
        {t.handOver}
      </Button>
    </form>
  );
}

function PolicyOf({ machine }: { machine: Machine }) {
  const known = useQuery({
    queryKey: ['policy', machine.id, machine.since],
    queryFn: () => api.policyOf(machine.id),
  });
  const told = known.data;
  return (
    <section>
      <Title headingLevel="h2" size="md">
        {t.policy}
      </Title>
      {known.isError ? <Alert isInline variant="danger" title={known.error.message} /> : null}
      {told === undefined ? null : (
        <>
          <Content component="p">
            <strong>{t.verdicts[told.verdict]}</strong>
            {told.line === '' ? '' : ` · ${told.line}`} {told.why === '' ? '' : `(${told.why})`}
          </Content>
          {told.lines.length === 0 ? (
            <Content component="p">
              <a href={layersHref}>{t.noPolicies}</a>
            </Content>
          ) : (
            <Table variant="compact" aria-label={t.policy}>
              <Thead>
                <Tr>
                  <Th>{t.line}</Th>
                  <Th>{t.took}</Th>
                  <Th>{t.why}</Th>
                </Tr>
              </Thead>
              <Tbody>
                {told.lines.map((line) => (
                  <Tr key={line.line}>
                    <Td dataLabel={t.line}>{line.line}</Td>
                    <Td dataLabel={t.took}>{line.took ? <Label color="green">{t.yes}</Label> : t.no}</Td>
                    <Td dataLabel={t.why}>{line.why}</Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )}
        </>
      )}
    </section>
  );
}
