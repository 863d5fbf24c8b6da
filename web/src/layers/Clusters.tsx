import { Alert, Button, Card, CardBody, CardTitle, Content, EmptyState, EmptyStateBody, Label, TextInput } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { machineHref } from '../route';
import { texts } from '../texts';
import { ClusterForm } from './ClusterForm';
import type { Cluster } from './types';

const t = texts.layers.clusters;
const CLUSTERS = ['clusters'];
const STATES = { building: 'blue', ready: 'green', degraded: 'orange', failed: 'red', deleting: 'grey' } as const;
const NODES = { installing: 'blue', joining: 'blue', ready: 'green', failed: 'red', leaving: 'grey', gone: 'grey' } as const;

/** Clusters as one thing each: their nodes, how far they are, and what can be done to them. */
export function Clusters({ mayAct }: { mayAct: boolean }) {
  const queries = useQueryClient();
  const known = useQuery({ queryKey: CLUSTERS, queryFn: api.clusters, refetchInterval: 5_000 });
  const [making, setMaking] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: CLUSTERS });
  const clusters = known.data?.clusters ?? [];
  return (
    <div className="rs-layers">
      <Content component="p">{t.explain}</Content>
      {known.isError ? <Alert isInline variant="danger" title={known.error.message} /> : null}
      {clusters.length === 0 && known.isSuccess ? (
        <EmptyState titleText={t.none} headingLevel="h2" variant="sm">
          <EmptyStateBody>{t.noneBody}</EmptyStateBody>
        </EmptyState>
      ) : null}
      {clusters.map((cluster) => (
        <OneCluster key={cluster.name} cluster={cluster} mayAct={mayAct} onDone={refresh} />
      ))}
      {mayAct ? (
        <Button variant="secondary" className="rs-add" onClick={() => setMaking(true)}>
          {t.add}
        </Button>
      ) : null}
      {making ? (
        <ClusterForm
          onClose={() => setMaking(false)}
          onDone={() => {
            setMaking(false);
            void refresh();
          }}
        />
      ) : null}
    </div>
  );
}

function OneCluster({ cluster, mayAct, onDone }: { cluster: Cluster; mayAct: boolean; onDone: () => Promise<void> }) {
  const [problem, setProblem] = useState('');
  const [workers, setWorkers] = useState('');
  const [name, setName] = useState('');
  const act = async (what: () => Promise<unknown>) => {
    setProblem('');
    try {
      await what();
    } catch (error) {
      setProblem((error as Error).message);
    }
    await onDone();
  };
  const kubeconfig = () =>
    act(async () => {
      const { kubeconfig: text } = await api.kubeconfig(cluster.name);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
      link.download = `${cluster.name}.kubeconfig`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  const { spec } = cluster;
  return (
    <Card isCompact>
      <CardTitle>
        {cluster.name} <Label color={STATES[cluster.state]}>{t.states[cluster.state]}</Label>
      </CardTitle>
      <CardBody>
        <Content component="p">
          {[`${spec.distribution} ${spec.version}`, t.sizes(spec.controls, spec.workers), spec.image, cluster.api, t.of(cluster.owner)]
            .filter(Boolean)
            .join(' · ')}
        </Content>
        {cluster.caution === '' ? null : <Alert isInline variant="warning" title={cluster.caution} />}
        {cluster.why === '' ? null : (
          <Alert isInline variant={cluster.state === 'failed' ? 'danger' : 'info'} title={cluster.why} />
        )}
        {problem === '' ? null : <Alert isInline variant="danger" title={problem} role="alert" />}
        <Table variant="compact" aria-label={t.nodesOf(cluster.name)}>
          <Thead>
            <Tr>
              <Th>{t.columns.node}</Th>
              <Th>{t.columns.part}</Th>
              <Th>{t.columns.state}</Th>
              <Th>{t.columns.why}</Th>
              <Th screenReaderText={t.columns.actions} />
            </Tr>
          </Thead>
          <Tbody>
            {cluster.nodes.map((node) => (
              <Tr key={node.machine}>
                <Td dataLabel={t.columns.node}>
                  <a href={machineHref(node.machine)}>{node.hostname}</a>
                </Td>
                <Td dataLabel={t.columns.part}>{node.part}</Td>
                <Td dataLabel={t.columns.state}>
                  <Label color={NODES[node.state]}>{t.nodeStates[node.state]}</Label>
                </Td>
                <Td dataLabel={t.columns.why}>{node.why}</Td>
                <Td isActionCell>
                  {mayAct && node.state !== 'leaving' && node.state !== 'gone' ? (
                    <span className="rs-row-buttons">
                      <Button
                        variant="link"
                        isInline
                        aria-label={t.replaceLabel(node.hostname)}
                        onClick={() => void act(() => api.replaceNode(cluster.name, node.machine))}
                      >
                        {t.replace}
                      </Button>
                    </span>
                  ) : null}
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
        {mayAct && cluster.state !== 'deleting' ? (
          <div className="rs-hand-to">
            <TextInput
              type="number"
              min={0}
              aria-label={t.workersOf(cluster.name)}
              placeholder={t.workers}
              value={workers}
              onChange={(_event, value) => setWorkers(value)}
            />
            <Button
              variant="secondary"
              isDisabled={!/^\d+$/.test(workers) || Number(workers) === spec.workers}
              onClick={() => void act(() => api.scaleCluster(cluster.name, Number(workers)))}
            >
              {t.scale}
            </Button>
            <Button
              variant="secondary"
              isDisabled={cluster.kubeconfig_sha256 !== '' || cluster.state === 'building'}
              title={cluster.kubeconfig_sha256 === '' ? t.once : t.handed}
              onClick={() => void kubeconfig()}
            >
              {t.kubeconfig}
            </Button>
            {cluster.state === 'failed' ? (
              <Button variant="secondary" onClick={() => void act(() => api.retryCluster(cluster.name))}>
                {t.retry}
              </Button>
            ) : null}
            {/* all its machines are wiped: the name is typed */}
            <TextInput
              aria-label={t.typeName(cluster.name)}
              placeholder={t.typeName(cluster.name)}
              value={name}
              onChange={(_event, value) => setName(value)}
            />
            <Button
              variant="secondary"
              isDanger
              isDisabled={name !== cluster.name}
              onClick={() => void act(() => api.deleteCluster(cluster.name))}
            >
              {t.remove}
            </Button>
          </div>
        ) : null}
      </CardBody>
    </Card>
  );
}
