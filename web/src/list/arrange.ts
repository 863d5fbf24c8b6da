import type { Machine } from '../api/types';
import { inFilter, lookOf, type Filter } from '../states';

export type SortKey = 'name' | 'state' | 'power' | 'hardware' | 'image' | 'addresses';
export type Direction = 'asc' | 'desc';

/** The order in which an operator wants to see states: what needs a hand comes first. */
const GROUP_ORDER = ['failed', 'new', 'busy', 'ready', 'deployed', 'other'];

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function haystack(m: Machine): string {
  return [
    m.hostname,
    m.id,
    m.state,
    m.vendor,
    m.product,
    m.serial,
    m.owner,
    m.image ?? '',
    m.arch,
    m.power_type,
    m.message,
    m.prompt ?? '',
    ...m.macs,
    ...m.addresses,
  ]
    .join('\n')
    .toLowerCase();
}

/** Every word must occur somewhere; the order does not matter. */
export function matches(machine: Machine, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return true;
  }
  const text = haystack(machine);
  return words.every((word) => text.includes(word));
}

function compareBy(key: SortKey, a: Machine, b: Machine): number {
  switch (key) {
    case 'name':
      return collator.compare(a.hostname, b.hostname);
    case 'state':
      return (
        GROUP_ORDER.indexOf(lookOf(a.state_code).group) -
          GROUP_ORDER.indexOf(lookOf(b.state_code).group) || collator.compare(a.state, b.state)
      );
    case 'power':
      return collator.compare(a.power, b.power);
    case 'hardware':
      return a.memory_mib - b.memory_mib || a.cpu_count - b.cpu_count;
    case 'image':
      return collator.compare(a.image ?? '', b.image ?? '');
    case 'addresses':
      return compareAddresses(a.addresses[0], b.addresses[0]);
  }
}

function compareAddresses(a: string | undefined, b: string | undefined): number {
  return collator.compare(a ?? '', b ?? '');
}

/** What is shown of the fleet, in order. Equals keep the order of names, so that rows do not jump. */
export function arrange(
  machines: Iterable<Machine>,
  search: string,
  filters: ReadonlySet<Filter>,
  key: SortKey,
  direction: Direction,
): Machine[] {
  const sign = direction === 'asc' ? 1 : -1;
  return [...machines]
    .filter((m) => filters.size === 0 || [...filters].some((filter) => inFilter(m, filter)))
    .filter((m) => matches(m, search))
    .sort(
      (a, b) =>
        sign * compareBy(key, a, b) ||
        collator.compare(a.hostname, b.hostname) ||
        (a.id < b.id ? -1 : 1),
    );
}
