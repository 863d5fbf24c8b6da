import {
  Alert,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
  EmptyState,
  EmptyStateBody,
  Spinner,
  Title,
} from '@patternfly/react-core';
import CubesIcon from '@patternfly/react-icons/dist/esm/icons/cubes-icon';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useMemo, type ReactNode } from 'react';
import { diskSize, memorySize } from '../format';
import { texts } from '../texts';
import { linkSpeed, readHardware, type Hardware } from './hardware';

const t = texts.hardware;
const l = t.label;

export function HardwareView({ report, loading }: { report: unknown; loading: boolean }) {
  const hardware = useMemo(() => readHardware(report), [report]);
  if (hardware === null) {
    return loading ? (
      <EmptyState icon={Spinner} titleText={texts.link.connecting} headingLevel="h2" />
    ) : (
      <EmptyState icon={CubesIcon} titleText={t.none} headingLevel="h2" variant="sm">
        <EmptyStateBody>{t.noneBody}</EmptyStateBody>
      </EmptyState>
    );
  }
  return (
    <div className="rs-hardware-view">
      {hardware.missingFirmware.length > 0 ? (
        <Alert isInline variant="info" title={t.missingFirmware}>
          {hardware.missingFirmware.join(', ')}
        </Alert>
      ) : null}
      <div className="rs-two">
        <SystemPart hardware={hardware} />
        <CpuPart hardware={hardware} />
      </div>
      <Grid
        title={t.disks}
        head={[l.name, l.model, l.size, l.kind, l.serial, l.wwn, l.holds]}
        rows={hardware.disks.map((d) => [
          d.name,
          d.model,
          diskSize(d.sizeBytes),
          [d.transport, d.rotational ? t.rotational : t.solid, d.removable ? t.removable : '']
            .filter(Boolean)
            .join(', '),
          d.serial,
          d.wwn,
          d.holds.length > 0 ? d.holds.join(', ') : t.empty,
        ])}
      />
      <Grid
        title={t.nics}
        head={[l.name, l.mac, l.link, l.driver, l.device, l.neighbour]}
        rows={hardware.nics.map((n) => [
          n.name,
          n.mac,
          n.link ? t.linkUp(linkSpeed(n.speedMbps)) : t.linkDown,
          n.driver,
          n.device,
          n.lldp,
        ])}
      />
      <Grid
        title={t.memory}
        head={[l.slot, l.size, l.type, l.manufacturer, l.part]}
        rows={hardware.modules.map((m) => [
          m.locator,
          m.sizeMib > 0 ? memorySize(m.sizeMib) : t.emptySlot,
          [m.type, m.speed].filter(Boolean).join(' '),
          m.manufacturer,
          m.part,
        ])}
      />
      <Grid title={t.gpus} head={[l.device]} rows={hardware.gpus.map((gpu) => [gpu])} />
      <Grid
        title={t.pci}
        head={[l.address, l.class, l.device]}
        rows={hardware.pci.map((d) => [d.address, d.class, d.device])}
      />
      <Grid
        title={t.usb}
        head={[l.address, l.device]}
        rows={hardware.usb.map((d) => [d.id, d.name])}
      />
    </div>
  );
}

function SystemPart({ hardware: h }: { hardware: Hardware }) {
  const secureBoot = h.secureBoot === null ? t.unknown : h.secureBoot ? t.yes : t.no;
  return (
    <Facts
      title={t.system}
      facts={[
        [l.manufacturer, h.system.manufacturer],
        [l.product, [h.system.product, h.system.version].filter(Boolean).join(' ')],
        [l.serial, h.system.serial],
        [l.uuid, h.system.uuid],
        [l.board, h.board],
        [l.chassis, h.chassis],
        [l.firmware, h.firmware],
        [l.bootMode, h.bootMode.toUpperCase()],
        [l.secureBoot, secureBoot],
        [l.tpm, h.tpm === null ? t.absent : h.tpm || t.yes],
        [l.bmc, h.bmc === null ? t.absent : h.bmc || t.yes],
        [l.kernel, h.kernel],
      ]}
    />
  );
}

function CpuPart({ hardware: h }: { hardware: Hardware }) {
  const number = (n: number) => (n > 0 ? String(n) : '');
  return (
    <Facts
      title={t.cpu}
      facts={[
        [l.model, h.cpu.model],
        [l.sockets, number(h.cpu.sockets)],
        [l.cores, number(h.cpu.cores)],
        [l.threads, number(h.cpu.threads)],
        [l.mhz, h.cpu.mhz > 0 ? `${h.cpu.mhz} MHz` : ''],
        [l.numa, number(h.numaNodes)],
        [t.memory, h.memoryKib > 0 ? memorySize(h.memoryKib / 1024) : ''],
      ]}
    />
  );
}

function Facts({ title, facts }: { title: string; facts: [string, string][] }) {
  return (
    <section aria-label={title}>
      <Title headingLevel="h2" size="md">
        {title}
      </Title>
      <DescriptionList isHorizontal isCompact>
        {facts
          .filter(([, value]) => value !== '')
          .map(([term, value]) => (
            <DescriptionListGroup key={term}>
              <DescriptionListTerm>{term}</DescriptionListTerm>
              <DescriptionListDescription>{value}</DescriptionListDescription>
            </DescriptionListGroup>
          ))}
      </DescriptionList>
    </section>
  );
}

function Grid({ title, head, rows }: { title: string; head: string[]; rows: ReactNode[][] }) {
  if (rows.length === 0) {
    return null;
  }
  return (
    <section aria-label={title}>
      <Title headingLevel="h2" size="md">
        {title} <span className="rs-message">{rows.length}</span>
      </Title>
      <Table aria-label={title} variant="compact" borders={false}>
        <Thead>
          <Tr>
            {head.map((name) => (
              <Th key={name}>{name}</Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {rows.map((row, i) => (
            <Tr key={i}>
              {row.map((cell, n) => (
                <Td key={n} dataLabel={head[n]}>
                  {cell === '' ? texts.machine.none : cell}
                </Td>
              ))}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </section>
  );
}
