// A fleet that moves: machines with plausible hardware walk through their lifecycle, each with its timeline.

const CODES = {
  New: 0, Commissioning: 1, 'Failed commissioning': 2, Ready: 4, Deployed: 6, Broken: 8, Deploying: 9,
  Allocated: 10, 'Failed deployment': 11, Releasing: 12, 'Disk erasing': 14, 'Rescue mode': 16,
  'Entering rescue mode': 17, 'Exiting rescue mode': 19, Testing: 21, 'Failed testing': 22,
};
const ACTIONS = {
  New: ['commission', 'power-on', 'power-off', 'delete'],
  Commissioning: ['abort'],
  'Failed commissioning': ['commission', 'power-off', 'mark-broken', 'delete'],
  Ready: ['commission', 'test', 'allocate', 'deploy', 'power-on', 'rescue', 'lock', 'mark-broken', 'delete'],
  Allocated: ['deploy', 'release', 'power-on', 'lock', 'mark-broken'],
  Deployed: ['release', 'test', 'power-off', 'power-cycle', 'rescue', 'lock', 'mark-broken'],
  Deploying: ['abort'],
  'Failed deployment': ['deploy', 'release', 'power-off', 'mark-broken'],
  Releasing: ['abort'],
  'Disk erasing': ['abort'],
  'Rescue mode': ['exit-rescue', 'power-cycle'],
  'Entering rescue mode': ['abort'],
  'Exiting rescue mode': [],
  Testing: ['abort'],
  'Failed testing': ['test', 'commission', 'mark-broken', 'power-off', 'delete'],
  Broken: ['mark-fixed', 'commission', 'delete'],
};
const MODELS = [
  ['Dell Inc.', 'PowerEdge R650', 'Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz', 64, 512],
  ['HPE', 'ProLiant DL360 Gen11', 'Intel(R) Xeon(R) Gold 6430', 64, 256],
  ['Supermicro', 'AS-1114S-WN10RT', 'AMD EPYC 7543P 32-Core Processor', 32, 256],
  ['Lenovo', 'ThinkSystem SR630 V3', 'Intel(R) Xeon(R) Silver 4410Y', 24, 128],
  ['QEMU', 'Standard PC (Q35 + ICH9, 2009)', 'QEMU Virtual CPU version 2.5+', 2, 4],
];
const START = [
  'Deploying', 'Deployed', 'New', 'Commissioning', 'Ready', 'Testing', 'Deployed', 'Ready', 'Disk erasing',
  'Failed deployment', 'Allocated', 'Deployed', 'Broken', 'Rescue mode',
];
const GIB = 2 ** 30;
const IMAGE = { id: 'debian/bookworm', arch: 'amd64', size_bytes: 3 * GIB, compressed_bytes: 312_000_000,
  sha256: '4f'.repeat(32), built_at: '2026-11-20T09:12:00Z' };

// seeded, so that two looks at the page see the same fleet (mulberry32)
let seed = 7;
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const hex = (n) => Array.from({ length: n }, () => Math.floor(random() * 16).toString(16)).join('');

/** What a machine goes through in a busy state: [source, text, rule, seconds until the next, phase]. */
function script(m) {
  const ip = m.lease;
  const boot = [
    ['bmc', 'Chassis Control: power cycle, confirmed on after 2.1 s', '', 3, 'firmware'],
    ['dhcp', `DISCOVER ${m.mac} arch 7 (EFI x86-64) → OFFER ${ip}`, 'uefi-http: chain to iPXE', 0.2, 'dhcp'],
    ['dhcp', `REQUEST ${ip} → ACK`, 'uefi-http: chain to iPXE', 0.3, ''],
    ['tftp', 'snponly.efi, 246 kB, blksize 1468 windowsize 8, 0.4 s', 'boot file of the architecture', 1, 'loader'],
    ['http', 'GET /boot/8c1f…/ipxe → 412 bytes', 'ephemeral system: busy machine', 0.4, ''],
    ['http', 'GET vmlinuz → 8.1 MB in 0.2 s', 'capability of this boot', 0.5, ''],
    ['http', 'GET initrd → 64 MB in 1.3 s', 'capability of this boot', 2, 'kernel'],
    ['console', '[    0.000000] Linux version 6.1.0-41-amd64', '', 2.5, ''],
    ['agent', `hello from ${m.mac}, ${m.mode.toUpperCase()}, agent 0.1.0`, 'capability of this boot', 0.8, 'agent'],
  ];
  const tests = ['cpu', 'memory', 'smart', 'disk-read', 'network'].flatMap((name, i, all) => [
    ['agent', `${name}: passed`, '', 2.5, i === 0 ? 'agent' : '', { tests: i + 1, of: all.length, name }],
  ]);
  switch (m.state) {
    case 'Commissioning':
      return [...boot, ['agent', `inventory: ${m.cpus} CPUs, ${m.gib} GiB, 2 disks, 2 NICs`, '', 2], ...tests,
        ['state', 'Commissioning → Ready', '', 0, '', { to: 'Ready', off: true }]];
    case 'Testing':
      return [...boot, ...tests, ['state', 'Testing → Ready', '', 0, '', { to: 'Ready', off: true }]];
    case 'Deploying':
      return [...boot,
        ['agent', `identify-disk: serial ${m.disks[0].serial} is /dev/nvme0n1, empty`, '', 0.5],
        ['http', 'GET /image/3d0e…: debian/bookworm, 312 MB zstd', 'capability of this boot', 0.2, 'image', { write: IMAGE.size_bytes }],
        ['agent', 'write-image: 3.2 GB written, SHA-256 right', '', 3],
        ['agent', 'read-back: 3.2 GB read, SHA-256 right', '', 0.6],
        ['agent', 'seed: 4 files into /var/lib/cloud/seed/nocloud', '', 0.5],
        ['agent', 'efi-boot-order: "Rackstead debian/bookworm" first', '', 0.5],
        ['bmc', 'Set Boot Device: disk, persistent', '', 2, 'first-boot'],
        ['dhcp', `DISCOVER ${m.mac} → OFFER ${ip}`, 'image written: local disk', 1],
        ['console', 'Debian GNU/Linux 12 rackstead ttyS0', '', 3],
        ['cloud-init', 'init-local: done in 0.9 s', '', 1.5],
        ['cloud-init', 'modules-config: done in 3.2 s', '', 2],
        ['cloud-init', 'modules-final: SUCCESS', '', 0.3],
        ['state', 'Deploying → Deployed', '', 0, '', { to: 'Deployed' }]];
    case 'Disk erasing':
      return [...boot, ['agent', 'erase: full, 3.8 TB', '', 0.2, 'image', { write: 3.84e12, rate: 2.1e9 }],
        ['state', 'Disk erasing → Ready', '', 0, '', { to: 'Ready', off: true }]];
    case 'Releasing':
      return [['bmc', 'Chassis Control: soft shutdown', '', 3], ['state', 'Releasing → Ready', '', 0, '', { to: 'Ready', off: true }]];
    case 'Entering rescue mode':
      return [...boot, ['state', 'Entering rescue mode → Rescue mode', '', 0, '', { to: 'Rescue mode' }]];
    case 'Exiting rescue mode':
      return [['bmc', 'Chassis Control: power cycle', '', 4], ['state', 'Exiting rescue mode → Ready', '', 0, '', { to: 'Ready', off: true }]];
    default:
      return [];
  }
}

const NEXT = { commission: 'Commissioning', test: 'Testing', allocate: 'Allocated', deploy: 'Deploying',
  rescue: 'Entering rescue mode', 'exit-rescue': 'Exiting rescue mode', 'mark-broken': 'Broken',
  'mark-fixed': 'Ready', abort: 'Ready' };

export class Fleet {
  onMachine = () => {};
  onGone = () => {};
  onEntry = () => {};
  images = { images: [IMAGE, { ...IMAGE, id: 'debian/trixie', compressed_bytes: 338_000_000 }],
    ephemeral: [{ arch: 'amd64', version: '2026.11.20' }] };
  status = {
    version: '0.1.0',
    services: [
      { name: 'dhcp', state: 'serving', detail: 'prov0 10.77.0.0/24 server' },
      { name: 'tftp', state: 'serving', detail: '10.77.0.1:69' },
      { name: 'http boot', state: 'serving', detail: '10.77.0.1:5248' },
      { name: 'ipmi', state: 'serving', detail: '14 controllers' },
      { name: 'https', state: 'off', detail: 'no certificate yet' },
    ],
    notices: [],
  };

  constructor(count, speed) {
    this.speed = speed;
    this.machines = new Map();
    for (let i = 0; i < count; i++) {
      const machine = make(i);
      this.machines.set(machine.id, machine);
      this.history(machine);
    }
    setInterval(() => this.tick(), 250);
  }

  get(id) { return this.machines.get(id); }
  list() { return [...this.machines.values()].map((m) => this.summary(m)); }

  /** What lies behind a machine when one first looks. */
  history(m) {
    const wanted = m.state;
    let at = Date.now() - 420_000 - Math.floor(random() * 5e6);
    this.entry(m, 'dhcp', `DISCOVER ${m.mac} from an unknown client → OFFER ${m.lease}`, 'enrolment: ephemeral system', '', at);
    this.entry(m, 'state', 'New: enrolled from the network', '', 'agent', (at += 31_000));
    if (wanted !== 'New') {
      m.state = 'Commissioning';
      this.entry(m, 'state', 'New → Commissioning', '', 'admin', (at += 60_000));
      at = this.rush(m, at);
      if (!['Ready', 'Commissioning'].includes(wanted)) {
        this.entry(m, 'state', 'Ready → Allocated', '', 'admin', (at += 2_000));
      }
      if (['Deployed', 'Disk erasing'].includes(wanted)) {
        m.state = 'Deploying';
        this.entry(m, 'state', 'Allocated → Deploying', '', 'admin', (at += 1_000));
        at = this.rush(m, at);
      }
      m.since = at;
    }
    m.state = wanted;
    if (ACTIONS[wanted].length <= 1) {
      this.enter(m, wanted, 'admin');
      if (m.powerType !== 'manual') {
        this.behind(m, Math.floor(random() * 4) + 7);
      }
    }
  }

  /** The first steps of a busy state as they were a while ago. */
  behind(m, steps) {
    const pause = ([, , , seconds, phase]) => seconds * 1000 + (phase === 'firmware' ? 24_000 : 0);
    const live = m.steps.findIndex(([, , , , , effect]) => effect);
    const done = m.steps.slice(0, Math.min(steps, live));
    let at = Date.now() - done.reduce((sum, step) => sum + pause(step), 0);
    m.since = at;
    for (const step of done) {
      if (step[4]) {
        this.phase(m, step[4], at);
      }
      this.entry(m, step[0], step[1], step[2] ?? '', '', at);
      at += pause(step);
    }
    m.step = done.length;
    m.power = 'on';
  }

  rush(m, at) {
    for (const [source, text, rule, seconds, phase] of script(m)) {
      if (phase) {
        this.phase(m, phase, at);
      }
      this.entry(m, source, text, rule ?? '', '', at);
      at += Math.round(seconds * 1000 * (0.8 + 0.4 * random()) + (phase === 'image' ? 21_000 : phase === 'firmware' ? 24_000 : 0));
    }
    this.endPhase(m, at);
    return at;
  }

  phase(m, name, at) {
    this.endPhase(m, at);
    m.phases.push({ name, start: at, end: null });
  }
  endPhase(m, at) {
    const last = m.phases[m.phases.length - 1];
    if (last && last.end === null) {
      last.end = at;
    }
  }

  entry(m, source, text, rule, actor, at = Date.now()) {
    const entry = { id: String(m.entries.length + 1), at: new Date(at).toISOString(), source, text, rule, actor };
    m.entries.push(entry);
    this.onEntry(m.id, entry);
  }

  enter(m, state, actor) {
    m.state = state;
    m.since = Date.now();
    m.progress = null;
    m.steps = script(m);
    m.step = 0;
    m.wait = 0;
    m.prompt = m.steps.length > 0 && m.powerType === 'manual' ? `press the power button of ${m.hostname}` : null;
    m.hand = m.prompt === null ? 0 : 12;
    this.onMachine(this.summary(m));
    void actor;
  }

  tick() {
    for (const m of this.machines.values()) {
      if (m.write) {
        this.writing(m);
        continue;
      }
      if (!m.steps || m.step >= m.steps.length) {
        continue;
      }
      m.wait -= 0.25 * this.speed;
      if (m.hand > 0 && (m.hand -= 0.25 * this.speed) > 0) {
        continue;
      }
      while (m.step < m.steps.length && m.wait <= 0 && !m.write) {
        this.step(m);
      }
    }
  }

  step(m) {
    const [source, text, rule, seconds, phase, effect] = m.steps[m.step++];
    m.power = 'on';
    m.prompt = null;
    m.wait = seconds * (0.8 + 0.4 * random()) + (phase === 'firmware' ? 6 : 0);
    if (phase) {
      this.phase(m, phase, Date.now());
    }
    this.entry(m, source, text, rule ?? '', '');
    m.message = text;
    if (effect?.write) {
      m.write = { done: 0, total: effect.write, rate: effect.rate ?? 1.9e8 };
    }
    if (effect?.tests) {
      m.progress = { step: 'tests', text: `testing: ${effect.name}`, done: effect.tests, total: effect.of, rate: 0 };
    }
    if (effect?.to) {
      this.endPhase(m, Date.now());
      m.state = effect.to;
      m.since = Date.now();
      m.progress = null;
      m.steps = [];
      m.message = effect.to === 'Deployed' ? 'cloud-init: SUCCESS' : '';
      m.image = effect.to === 'Deployed' ? IMAGE.id : null;
      m.power = effect.off ? 'off' : 'on';
    }
    this.onMachine(this.summary(m));
  }

  writing(m) {
    const w = m.write;
    const rate = w.rate * (0.85 + 0.3 * random());
    w.done = Math.min(w.total, w.done + rate * 0.25 * this.speed);
    const erase = m.state === 'Disk erasing';
    m.progress = { step: erase ? 'erase' : 'write-image', rate: Math.round(rate), done: Math.round(w.done), total: w.total,
      text: erase ? 'erasing nvme0n1 (full)' : 'writing debian/bookworm to nvme0n1' };
    if (w.done >= w.total) {
      m.write = null;
      m.wait = 0;
    }
    this.onMachine(this.summary(m));
  }

  act(m, verb, params) {
    if (!this.summary(m).actions.includes(verb)) {
      return `${m.hostname} is ${m.state}: ${verb} is not possible now`;
    }
    if (verb === 'deploy' && !params.consent_to_wipe && m.disks.some((d) => d.holds.length > 0)) {
      return 'the disk holds data (gpt, ext4 rootfs) and consent_to_wipe is not given';
    }
    this.entry(m, 'api', `${verb} ${JSON.stringify(params)}`, '', 'admin');
    if (verb === 'delete') {
      this.machines.delete(m.id);
      this.onGone(m.id);
      return '';
    }
    m.write = null;
    if (verb === 'lock' || verb === 'unlock') {
      m.locked = verb === 'lock';
    } else if (verb.startsWith('power-')) {
      m.power = verb === 'power-off' ? 'off' : 'on';
      this.entry(m, 'bmc', `Chassis Control: ${verb.slice(6)}, confirmed`, '', '');
    } else {
      const to = verb === 'release' ? (params.erase === 'none' ? 'Releasing' : 'Disk erasing') : NEXT[verb];
      this.entry(m, 'state', `${m.state} → ${to}`, '', 'admin');
      m.message = verb === 'mark-broken' ? params.comment : '';
      m.owner = ['Allocated', 'Deploying'].includes(to) ? 'admin' : '';
      m.image = verb === 'deploy' ? params.image : m.image;
      this.enter(m, to, 'admin');
    }
    this.onMachine(this.summary(m));
    return '';
  }

  summary(m) {
    const busy = ACTIONS[m.state].length <= 1;
    return {
      id: m.id, hostname: m.hostname, state: m.state, state_code: CODES[m.state],
      since: new Date(m.since).toISOString(),
      deadline: busy ? new Date(m.since + (m.state === 'Disk erasing' ? 60 : 40) * 60_000).toISOString() : null,
      progress: m.progress, power: m.power, power_type: m.powerType, locked: m.locked, quarantine: m.quarantine,
      message: m.message, prompt: m.prompt, owner: m.owner, macs: [m.mac, m.mac.replace(/..$/, 'fe')], arch: 'amd64',
      cpu_count: m.cpus, memory_mib: m.gib * 1024, disks_given: false, storage_bytes: m.disks.reduce((sum, d) => sum + d.size_bytes, 0),
      vendor: m.vendor, product: m.product, serial: m.serial, boot_mode: m.mode, image: m.image,
      addresses: m.power === 'on' ? [m.lease] : [],
      actions: m.locked ? ['unlock'] : m.quarantine ? ['delete'] : ACTIONS[m.state],
    };
  }

  detail(m) {
    return { ...this.summary(m), hardware: m.state === 'New' ? null : hardware(m), results: m.state === 'New' ? [] : results(m) };
  }

  timeline(m, after, limit) {
    const entries = m.entries.slice(after, after + limit);
    const phases = m.phases.map((p) => ({ name: p.name, start: new Date(p.start).toISOString(), seconds: ((p.end ?? Date.now()) - p.start) / 1000 }));
    return { entries, next: String(after + entries.length), phases };
  }
}

function make(i) {
  const [vendor, product, cpu, cpus, gib] = MODELS[i % MODELS.length];
  const state = START[i % START.length];
  const serial = hex(7).toUpperCase();
  const used = ['Deployed', 'Disk erasing', 'Failed deployment', 'Rescue mode'].includes(state);
  return {
    id: hex(6), hostname: `rack${1 + Math.floor(i / 8)}-u${String(3 + (i % 8) * 2).padStart(2, '0')}`,
    state, since: Date.now() - Math.floor(random() * 4e6), vendor, product, cpu, cpus, gib, serial,
    mac: `52:54:00:${hex(2)}:${hex(2)}:${hex(2)}`, lease: `10.77.0.${20 + i}`, mode: i % 3 === 1 ? 'bios' : 'uefi',
    powerType: i % 7 === 3 ? 'manual' : 'ipmi', power: ['Ready', 'Broken', 'Allocated'].includes(state) ? 'off' : i % 7 === 3 ? 'unknown' : 'on',
    locked: i === 6, quarantine: null, owner: used ? 'admin' : '', image: state === 'Deployed' ? IMAGE.id : null, prompt: null,
    message: state === 'Failed deployment' ? 'read-back: SHA-256 differs from what was written on nvme0n1 (serial S6CKNT0W): the disk does not keep what it is given'
      : state === 'Broken' ? 'fan 3 rattles, part ordered' : state === 'New' ? 'reported by the agent; waits to be accepted' : '',
    disks: [
      { name: 'nvme0n1', model: 'SAMSUNG MZQL23T8HCLS-00A07', serial: `S6CKNT0W${hex(6).toUpperCase()}`, wwn: `eui.36434b30${hex(8)}`, size_bytes: 3_840_755_982_336, rotational: false, removable: false, transport: 'nvme', holds: used ? ['gpt', 'ext4 rootfs'] : [] },
      { name: 'sda', model: 'INTEL SSDSC2KB480G8', serial: `PHYF${hex(10).toUpperCase()}`, wwn: `0x55cd2e41${hex(8)}`, size_bytes: 480_103_981_056, rotational: false, removable: false, transport: 'sata', holds: [] },
    ],
    progress: null, entries: [], phases: [],
  };
}

function hardware(m) {
  return {
    version: 1,
    system: { uuid: `${hex(8)}-0000-4000-8000-${hex(12)}`, manufacturer: m.vendor, product: m.product, version: '', serial: m.serial, sku: '', family: '' },
    board: { manufacturer: m.vendor, product: '0J3TVN', version: 'A03', serial: '' }, chassis: { manufacturer: m.vendor, type: 'rack mount', version: '', serial: m.serial },
    firmware: { vendor: m.vendor, version: '1.14.1', date: '2026-04-11', boot_mode: m.mode, secure_boot: m.mode === 'uefi' ? false : null },
    tpm: { present: true, version: '2.0' },
    cpu: { model: m.cpu, sockets: 2, cores: m.cpus / 2, threads: m.cpus, mhz: 2000, architecture: 'x86_64', flags: 'vmx' },
    memory: { total_kib: m.gib * 1024 * 1024, modules: Array.from({ length: 8 }, (_, i) => ({ locator: `DIMM_A${i + 1}`, size_mib: i < 4 ? (m.gib * 1024) / 4 : 0, type: i < 4 ? 'DDR5' : '', speed: i < 4 ? '4800 MT/s' : '', manufacturer: i < 4 ? 'Hynix' : '', serial: '', part: i < 4 ? 'HMCG94AEBRA109N' : '' })) },
    numa: [{ node: 0, cpus: '0-31', memory_kib: 1 }, { node: 1, cpus: '32-63', memory_kib: 1 }],
    disks: m.disks,
    nics: [
      { name: 'eno1', mac: m.mac, driver: 'bnxt_en', speed_mbps: 25000, link: true, pci: '0000:31:00.0', vendor: 'Broadcom', product: 'BCM57414 NetXtreme-E', firmware: '226.0', lldp: { chassis: '00:1c:73:aa:bb:cc', port: 'Ethernet7/1', system: 'leaf-3 <img src=x onerror=alert(1)>' } },
      { name: 'eno2', mac: m.mac.replace(/..$/, 'fe'), driver: 'bnxt_en', speed_mbps: 0, link: false, pci: '0000:31:00.1', vendor: 'Broadcom', product: 'BCM57414 NetXtreme-E', firmware: '226.0' },
    ],
    pci: [{ address: '0000:31:00.0', class: 'Ethernet controller', vendor: 'Broadcom Inc.', device: 'BCM57414' }, { address: '0000:c1:00.0', class: '3D controller', vendor: 'NVIDIA Corporation', device: 'GA100GL [A30 PCIe]' }],
    usb: [{ id: '1d6b:0002', name: 'Linux Foundation 2.0 root hub' }], gpus: [{ pci: '0000:c1:00.0', vendor: 'NVIDIA Corporation', device: 'GA100GL [A30 PCIe]' }],
    bmc: { present: true, address: '10.78.128.1', mac: '', firmware: '7.10' }, missing_firmware: [], kernel: '6.1.0-41-amd64',
  };
}

function results(m) {
  const bad = m.state === 'Failed testing';
  return ['cpu', 'memory', 'smart', 'disk-read', 'network'].map((name, i) => ({
    id: `${m.id}-${i}`, run: 1, name, type: i < 1 ? 'commissioning' : 'testing', status: bad && name === 'smart' ? 'failed' : 'passed',
    exit: bad && name === 'smart' ? 1 : 0, seconds: 2 + i * 3.7, started: new Date(m.since).toISOString(),
    output: `${name}: started\n${name}: all ${i + 3} checks passed\n`,
  }));
}
