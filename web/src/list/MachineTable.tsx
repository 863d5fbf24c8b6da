import { Table, Tbody, Td, Th, Thead, Tr, type ThProps } from '@patternfly/react-table';
import { memo, type Dispatch, type SetStateAction } from 'react';
import type { Machine } from '../api/types';
import { ActionMenu } from '../action/ActionMenu';
import { useActions } from '../action/Actions';
import { diskSize, memorySize } from '../format';
import { Activity, MachineFlags, PowerState, StateLabel, StateTimes } from '../MachineBits';
import { machineHref } from '../route';
import { nameOf } from '../states';
import { texts } from '../texts';
import type { Direction, SortKey } from './arrange';

const c = texts.list.columns;

interface Props {
  rows: readonly Machine[];
  sortKey: SortKey;
  direction: Direction;
  onSort: (key: SortKey, direction: Direction) => void;
  selected: ReadonlySet<string>;
  onSelect: Dispatch<SetStateAction<ReadonlySet<string>>>;
}

const KEYS: SortKey[] = ['name', 'state', 'power', 'hardware', 'image', 'addresses'];

export function MachineTable({ rows, sortKey, direction, onSort, selected, onSelect }: Props) {
  const sort = (key: SortKey): ThProps['sort'] => ({
    sortBy: { index: KEYS.indexOf(sortKey), direction },
    columnIndex: KEYS.indexOf(key),
    onSort: (_event, _index, next) => onSort(key, next),
  });
  const selectAll = (on: boolean) =>
    onSelect((before) => {
      const next = new Set(before);
      rows.forEach((m) => (on ? next.add(m.id) : next.delete(m.id)));
      return next;
    });
  return (
    <Table aria-label={texts.list.table} variant="compact" className="rs-machines" gridBreakPoint="grid-lg">
      <Thead>
        <Tr>
          <Th
            aria-label={texts.list.selectAll}
            select={{
              isSelected: rows.length > 0 && rows.every((m) => selected.has(m.id)),
              onSelect: (_event, on) => selectAll(on),
            }}
          />
          <Th sort={sort('name')}>{c.name}</Th>
          <Th sort={sort('state')} modifier="nowrap">{c.state}</Th>
          <Th className="rs-activity-cell">{c.activity}</Th>
          <Th sort={sort('power')} modifier="nowrap">{c.power}</Th>
          <Th sort={sort('hardware')}>{c.hardware}</Th>
          <Th sort={sort('image')}>{c.image}</Th>
          <Th sort={sort('addresses')} modifier="nowrap">{c.addresses}</Th>
          <Th screenReaderText={c.actions} />
        </Tr>
      </Thead>
      <Tbody>
        {rows.map((machine, index) => (
          <Row
            key={machine.id}
            machine={machine}
            index={index}
            selected={selected.has(machine.id)}
            onSelect={onSelect}
          />
        ))}
      </Tbody>
    </Table>
  );
}

interface RowProps {
  machine: Machine;
  index: number;
  selected: boolean;
  onSelect: Dispatch<SetStateAction<ReadonlySet<string>>>;
}

const Row = memo(function Row({ machine: m, index, selected, onSelect }: RowProps) {
  const choose = useActions();
  return (
    <Tr isRowSelected={selected}>
      <Td
        select={{
          rowIndex: index,
          isSelected: selected,
          onSelect: (_event, on) =>
            onSelect((before) => {
              const next = new Set(before);
              if (on) {
                next.add(m.id);
              } else {
                next.delete(m.id);
              }
              return next;
            }),
        }}
        aria-label={texts.list.selectRow(nameOf(m))}
      />
      <Td dataLabel={c.name} className="rs-name">
        <a href={machineHref(m.id)}>{nameOf(m)}</a> <MachineFlags machine={m} />
        <span className="rs-small">{m.macs[0] ?? m.id}</span>
      </Td>
      <Td dataLabel={c.state} className="rs-state">
        <StateLabel machine={m} />
        <StateTimes machine={m} />
      </Td>
      <Td dataLabel={c.activity} className="rs-activity-cell">
        <Activity machine={m} />
      </Td>
      <Td dataLabel={c.power} modifier="nowrap">
        <PowerState machine={m} />
      </Td>
      <Td dataLabel={c.hardware} className="rs-hardware">
        {modelOf(m)}
        <span className="rs-small">{sizesOf(m)}</span>
      </Td>
      <Td dataLabel={c.image}>{m.image ?? texts.machine.none}</Td>
      <Td dataLabel={c.addresses} className="rs-addresses">
        {m.addresses.length === 0
          ? texts.machine.none
          : m.addresses.slice(0, 3).map((address) => <div key={address}>{address}</div>)}
        {m.addresses.length > 3 ? (
          <span className="rs-small">{texts.list.more(m.addresses.length - 3)}</span>
        ) : null}
      </Td>
      <Td isActionCell>
        <ActionMenu machines={[m]} label={texts.list.rowMenu(nameOf(m))} onChoose={choose} />
      </Td>
    </Tr>
  );
}, sameRow);

/** The live feed replaces only machines that changed: all other rows are left as they are drawn. */
function sameRow(a: RowProps, b: RowProps): boolean {
  return a.machine === b.machine && a.selected === b.selected && a.index === b.index;
}

export function modelOf(m: Machine): string {
  return [m.vendor, m.product].filter(Boolean).join(' ') || texts.machine.noModel;
}

export function sizesOf(m: Machine): string {
  return [
    m.cpu_count > 0 ? texts.machine.cpus(m.cpu_count) : '',
    m.memory_mib > 0 ? memorySize(m.memory_mib) : '',
    m.storage_bytes > 0 ? diskSize(m.storage_bytes) : '',
    // most are; what is not is worth the room
    m.arch === 'amd64' ? '' : m.arch,
  ]
    .filter(Boolean)
    .map((part) => part.replaceAll(' ', '\u00a0'))
    .join(' · ');
}
