import type { Machine } from '../src/api/types';

/** A machine to start from; a test says what matters to it. */
export function machine(change: Partial<Machine> = {}): Machine {
  return {
    id: 'm1',
    hostname: 'brave-otter',
    state: 'Ready',
    state_code: 4,
    since: '2026-11-22T10:00:00Z',
    deadline: null,
    progress: null,
    power: 'off',
    power_type: 'ipmi',
    locked: false,
    quarantine: null,
    message: '',
    prompt: null,
    owner: '',
    macs: ['52:54:00:00:00:01'],
    arch: 'amd64',
    cpu_count: 8,
    memory_mib: 16_384,
    storage_bytes: 480_000_000_000,
    disks_given: false,
    vendor: 'Acme',
    product: 'R1',
    serial: 'S1',
    boot_mode: 'uefi',
    image: null,
    addresses: [],
    actions: ['commission', 'deploy'],
    ...change,
  };
}
