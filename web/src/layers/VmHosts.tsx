import { Alert, Content, EmptyState, EmptyStateBody, Progress } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { diskSize, memorySize } from '../format';
import { texts } from '../texts';

const t = texts.layers.vmHosts;

/** Hosts that machines are composed on, with the room that they say they have. */
export function VmHosts() {
  const known = useQuery({ queryKey: ['vm-hosts'], queryFn: api.vmHosts, refetchInterval: 30_000 });
  const hosts = known.data ?? [];
  return (
    <div className="rs-layers">
      <Content component="p">{t.explain}</Content>
      {known.isError ? <Alert isInline variant="danger" title={known.error.message} /> : null}
      {hosts.length === 0 && known.isSuccess ? (
        <EmptyState titleText={t.none} headingLevel="h2" variant="sm">
          <EmptyStateBody>{t.noneBody}</EmptyStateBody>
        </EmptyState>
      ) : (
        <Table variant="compact" aria-label={t.title}>
          <Thead>
            <Tr>
              <Th>{t.columns.name}</Th>
              <Th>{t.columns.cores}</Th>
              <Th>{t.columns.memory}</Th>
              <Th>{t.columns.storage}</Th>
            </Tr>
          </Thead>
          <Tbody>
            {hosts.map((host) => (
              <Tr key={host.id}>
                <Td dataLabel={t.columns.name}>
                  <strong>{host.name}</strong>
                  <span className="rs-small">{[host.type, host.cpu_model].filter(Boolean).join(' · ')}</span>
                </Td>
                <Td dataLabel={t.columns.cores}>
                  <Used name={`${host.name}: ${t.columns.cores}`} used={host.used.cores} total={host.total.cores} say={String} />
                </Td>
                <Td dataLabel={t.columns.memory}>
                  <Used
                    name={`${host.name}: ${t.columns.memory}`}
                    used={host.used.memory}
                    total={host.total.memory}
                    say={memorySize}
                  />
                </Td>
                <Td dataLabel={t.columns.storage}>
                  <Used
                    name={`${host.name}: ${t.columns.storage}`}
                    used={host.used.local_storage}
                    total={host.total.local_storage}
                    say={diskSize}
                  />
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
    </div>
  );
}

function Used({ name, used, total, say }: { name: string; used: number; total: number; say: (n: number) => string }) {
  return (
    <Progress
      aria-label={name}
      size="sm"
      measureLocation="top"
      value={total === 0 ? 0 : Math.min(100, (100 * used) / total)}
      label={t.of(say(used), say(total))}
    />
  );
}
