// The hardware report comes from firmware of all kinds: nothing in it is taken for granted.

export interface Disk {
  name: string;
  model: string;
  serial: string;
  wwn: string;
  sizeBytes: number;
  rotational: boolean;
  removable: boolean;
  transport: string;
  holds: string[];
}

export interface Nic {
  name: string;
  mac: string;
  driver: string;
  speedMbps: number;
  link: boolean;
  device: string;
  lldp: string;
}

export interface Module {
  locator: string;
  sizeMib: number;
  type: string;
  speed: string;
  manufacturer: string;
  part: string;
}

export interface Hardware {
  system: { manufacturer: string; product: string; version: string; serial: string; uuid: string };
  board: string;
  chassis: string;
  firmware: string;
  bootMode: string;
  secureBoot: boolean | null;
  tpm: string | null;
  cpu: { model: string; sockets: number; cores: number; threads: number; mhz: number; architecture: string };
  memoryKib: number;
  modules: Module[];
  numaNodes: number;
  disks: Disk[];
  nics: Nic[];
  pci: { address: string; class: string; device: string }[];
  usb: { id: string; name: string }[];
  gpus: string[];
  bmc: string | null;
  missingFirmware: string[];
  kernel: string;
}

type Part = Record<string, unknown>;

const part = (value: unknown): Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Part) : {};
const parts = (value: unknown): Part[] => (Array.isArray(value) ? value.map(part) : []);
const text = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(text).filter((word) => word !== '') : [];
const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
const join = (...words: unknown[]): string =>
  words.map(text).filter((word) => word !== '').join(' ');

export function readHardware(report: unknown): Hardware | null {
  if (typeof report !== 'object' || report === null || Array.isArray(report)) {
    return null;
  }
  const r = report as Part;
  const system = part(r.system);
  const board = part(r.board);
  const chassis = part(r.chassis);
  const firmware = part(r.firmware);
  const tpm = part(r.tpm);
  const cpu = part(r.cpu);
  const memory = part(r.memory);
  const bmc = part(r.bmc);
  return {
    system: {
      manufacturer: text(system.manufacturer),
      product: text(system.product),
      version: text(system.version),
      serial: text(system.serial),
      uuid: text(system.uuid),
    },
    board: join(board.manufacturer, board.product, board.version),
    chassis: join(chassis.manufacturer, chassis.type),
    firmware: join(firmware.vendor, firmware.version, firmware.date),
    bootMode: text(firmware.boot_mode),
    secureBoot: typeof firmware.secure_boot === 'boolean' ? firmware.secure_boot : null,
    tpm: tpm.present === true ? text(tpm.version) : null,
    cpu: {
      model: text(cpu.model),
      sockets: count(cpu.sockets),
      cores: count(cpu.cores),
      threads: count(cpu.threads),
      mhz: count(cpu.mhz),
      architecture: text(cpu.architecture),
    },
    memoryKib: count(memory.total_kib),
    modules: parts(memory.modules).map((m) => ({
      locator: text(m.locator),
      sizeMib: count(m.size_mib),
      type: text(m.type),
      speed: text(m.speed),
      manufacturer: text(m.manufacturer),
      part: text(m.part),
    })),
    numaNodes: parts(r.numa).length,
    disks: parts(r.disks).map((d) => ({
      name: text(d.name),
      model: text(d.model),
      serial: text(d.serial),
      wwn: text(d.wwn),
      sizeBytes: count(d.size_bytes),
      rotational: d.rotational === true,
      removable: d.removable === true,
      transport: text(d.transport),
      holds: texts(d.holds),
    })),
    nics: parts(r.nics).map((n) => ({
      name: text(n.name),
      mac: text(n.mac),
      driver: text(n.driver),
      speedMbps: count(n.speed_mbps),
      link: n.link === true,
      device: join(n.vendor, n.product),
      lldp: lldp(part(n.lldp)),
    })),
    pci: parts(r.pci).map((d) => ({
      address: text(d.address),
      class: text(d.class),
      device: join(d.vendor, d.device) || `${text(d.vendor_id)}:${text(d.device_id)}`,
    })),
    usb: parts(r.usb).map((d) => ({ id: text(d.id), name: text(d.name) })),
    gpus: parts(r.gpus).map((d) => join(d.vendor, d.device)),
    bmc: bmc.present === true ? join(bmc.address, bmc.mac, bmc.firmware) : null,
    missingFirmware: texts(r.missing_firmware),
    kernel: text(r.kernel),
  };
}

function lldp(neighbour: Part): string {
  const who = text(neighbour.system) || text(neighbour.chassis);
  return [who, text(neighbour.port)].filter((word) => word !== '').join(' · ');
}

/** What a deployment names the disk by; the appliance takes either. */
export function diskKey(disk: Disk): string {
  return disk.serial || disk.wwn;
}

export function linkSpeed(mbps: number): string {
  if (mbps <= 0) {
    return '';
  }
  return mbps >= 1000 ? `${mbps / 1000} Gbit/s` : `${mbps} Mbit/s`;
}
