import {
  Alert,
  Breadcrumb,
  BreadcrumbItem,
  Button,
  Card,
  CardBody,
  EmptyState,
  EmptyStateBody,
  Flex,
  FlexItem,
  PageSection,
  Spinner,
  Tab,
  Tabs,
  TabTitleText,
  Title,
} from '@patternfly/react-core';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, ApiError } from '../api/client';
import type { Machine } from '../api/types';
import { ActionMenu } from '../action/ActionMenu';
import { ActionProvider, useActions } from '../action/Actions';
import { primaryVerbs, verbLabel } from '../action/verbs';
import { modelOf, sizesOf } from '../list/MachineTable';
import { useLiveState } from '../live/context';
import { Activity, MachineFlags, PowerState, StateLabel, StateTimes } from '../MachineBits';
import { listHref } from '../route';
import { isBusy, nameOf } from '../states';
import { Notices } from '../StatusLine';
import { texts } from '../texts';
import { HardwareView } from './HardwareView';
import { LayerView } from './LayerView';
import { PhaseStrip } from './PhaseStrip';
import { ResultsView } from './ResultsView';
import { Timeline } from './Timeline';
import { useTimeline } from './useTimeline';

const t = texts.machine;

export function MachinePage({ id }: { id: string }) {
  const { fleet } = useLiveState();
  const machine = fleet.machines.get(id);
  useEffect(() => {
    document.title = machine ? `${nameOf(machine)} · ${texts.product}` : texts.product;
    return () => {
      document.title = texts.product;
    };
  }, [machine?.hostname]);
  if (machine === undefined) {
    return (
      <PageSection>
        {fleet.loaded ? (
          <EmptyState icon={SearchIcon} titleText={t.unknownTitle} headingLevel="h1">
            <EmptyStateBody>
              {t.unknownBody(id)} <a href={listHref}>{t.toList}</a>
            </EmptyStateBody>
          </EmptyState>
        ) : (
          <EmptyState icon={Spinner} titleText={texts.list.loading} headingLevel="h1" />
        )}
      </PageSection>
    );
  }
  return (
    <ActionProvider>
      <PageSection>
        <Notices />
        <Header machine={machine} />
      </PageSection>
      <Body machine={machine} />
    </ActionProvider>
  );
}

function Header({ machine }: { machine: Machine }) {
  const choose = useActions();
  return (
    <>
      <Breadcrumb>
        <BreadcrumbItem to={listHref}>{t.back}</BreadcrumbItem>
        <BreadcrumbItem isActive>{nameOf(machine)}</BreadcrumbItem>
      </Breadcrumb>
      <Flex className="rs-header" alignItems={{ default: 'alignItemsCenter' }}>
        <FlexItem>
          <Title headingLevel="h1">{nameOf(machine)}</Title>
        </FlexItem>
        <FlexItem>
          <StateLabel machine={machine} /> <MachineFlags machine={machine} />
        </FlexItem>
        <FlexItem>
          <StateTimes machine={machine} />
        </FlexItem>
        <FlexItem>
          <PowerState machine={machine} />
        </FlexItem>
        <FlexItem align={{ default: 'alignRight' }}>
          <Flex columnGap={{ default: 'columnGapSm' }}>
            {primaryVerbs(machine).map((verb, i) => (
              <Button
                key={verb.name}
                variant={i === 0 && !verb.danger ? 'primary' : 'secondary'}
                isDanger={verb.danger}
                onClick={() => choose(verb, [machine])}
              >
                {verbLabel(verb, [machine])}
              </Button>
            ))}
            {machine.power_type === 'manual' ? null : (
              <Button
                variant="secondary"
                component="a"
                href={`/MAAS/ui/console.html?machine=${encodeURIComponent(machine.id)}`}
                target="_blank"
                rel="noopener"
                title={t.consoleHint}
              >
                {t.console}
              </Button>
            )}
            <Capture machine={machine} />
            <Evidence machine={machine} />
            <ActionMenu
              machines={[machine]}
              label={texts.list.rowMenu(nameOf(machine))}
              text={texts.list.columns.actions}
              onChoose={choose}
            />
          </Flex>
        </FlexItem>
      </Flex>
      {machine.prompt ? (
        <Alert isInline component="h2" variant="warning" title={t.prompt} className="rs-waiting">
          {machine.prompt}
        </Alert>
      ) : null}
      {machine.quarantine ? (
        <Alert isInline component="h2" variant="danger" title={t.quarantine} className="rs-waiting">
          {machine.quarantine}
        </Alert>
      ) : null}
      <div className="rs-now">
        <Activity machine={{ ...machine, prompt: null, quarantine: null }} />
      </div>
      <Facts machine={machine} />
    </>
  );
}

/** Downloads what the machine's last boot from the network said and was told. */
function Capture({ machine }: { machine: Machine }) {
  const [problem, setProblem] = useState('');
  const path = `/api/machines/${encodeURIComponent(machine.id)}/boot.pcap`;
  const download = async () => {
    setProblem('');
    try {
      const there = await fetch(path, { method: 'HEAD', credentials: 'same-origin' });
      if (there.ok) {
        window.location.assign(path);
      } else {
        setProblem(there.status === 404 ? t.noCapture : texts.errors.status(there.status));
      }
    } catch {
      setProblem(texts.errors.unreachable);
    }
  };
  return (
    <>
      <Button variant="secondary" title={t.captureHint} onClick={() => void download()}>
        {t.capture}
      </Button>
      {problem === '' ? null : <Alert isInline isPlain variant="warning" title={problem} />}
    </>
  );
}

/** Has the signed document of this machine made, if there is none, and downloads it. */
function Evidence({ machine }: { machine: Machine }) {
  const [problem, setProblem] = useState('');
  const download = async () => {
    setProblem('');
    try {
      const pack = await api.evidence(machine.id);
      window.location.assign(`/api/evidence/${pack.id}`);
    } catch (e) {
      setProblem(e instanceof ApiError ? e.message : String(e));
    }
  };
  if (machine.state_code !== 6) {
    return null;
  }
  return (
    <>
      <Button variant="secondary" title={t.evidenceHint} onClick={() => void download()}>
        {t.evidence}
      </Button>
      {problem === '' ? null : <Alert isInline isPlain variant="danger" title={problem} />}
    </>
  );
}

function Facts({ machine: m }: { machine: Machine }) {
  const f = t.facts;
  const facts: [string, string][] = [
    [f.model, [modelOf(m), sizesOf(m)].filter(Boolean).join(' · ')],
    [f.serial, m.serial],
    [f.image, m.image ?? ''],
    [f.addresses, m.addresses.join(', ')],
    [f.macs, m.macs.join(', ')],
    [f.firmware, m.boot_mode === '' ? '' : m.boot_mode.toUpperCase()],
    [f.owner, m.owner],
    [f.id, m.id],
  ];
  return (
    <dl className="rs-facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Body({ machine }: { machine: Machine }) {
  const [tab, setTab] = useState('timeline');
  const timeline = useTimeline(machine.id, isBusy(machine));
  const detail = useDetail(machine);
  const results = detail.data?.results ?? [];
  const passed = results.filter((r) => r.status === 'passed').length;
  const error = detail.error instanceof ApiError ? detail.error.message : '';
  return (
    <PageSection isFilled className="rs-under">
      <PhaseStrip phases={timeline.phases} since={isBusy(machine) ? machine.since : null} />
      <Card isCompact className="rs-body">
        <CardBody>
          <Tabs
            activeKey={tab}
            onSelect={(_event, key) => setTab(String(key))}
            aria-label={nameOf(machine)}
          >
            <Tab eventKey="timeline" title={<TabTitleText>{t.tabs.timeline}</TabTitleText>}>
              <Timeline timeline={timeline} machine={machine.id} />
            </Tab>
            <Tab eventKey="hardware" title={<TabTitleText>{t.tabs.hardware}</TabTitleText>}>
              {error === '' ? null : <Alert isInline variant="danger" title={error} />}
              <HardwareView report={detail.data?.hardware} loading={detail.isPending} />
            </Tab>
            <Tab eventKey="layer" title={<TabTitleText>{t.tabs.layer}</TabTitleText>}>
              {tab === 'layer' ? <LayerView machine={machine} /> : null}
            </Tab>
            <Tab
              eventKey="results"
              title={
                <TabTitleText>
                  {t.tabs.results}
                  {results.length > 0 ? ` (${passed}/${results.length})` : ''}
                </TabTitleText>
              }
            >
              {error === '' ? null : <Alert isInline variant="danger" title={error} />}
              <ResultsView results={results} loading={detail.isPending} />
            </Tab>
          </Tabs>
        </CardBody>
      </Card>
    </PageSection>
  );
}

/** The report and the results are read anew when the machine moves on, and now and then while busy. */
function useDetail(machine: Machine) {
  const queries = useQueryClient();
  const mark = `${machine.state_code} ${machine.since} ${machine.progress?.step ?? ''}`;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['machine', machine.id] });
  }, [queries, machine.id, mark]);
  return useQuery({
    queryKey: ['machine', machine.id],
    queryFn: () => api.machine(machine.id),
    refetchInterval: isBusy(machine) ? 5_000 : 60_000,
  });
}
