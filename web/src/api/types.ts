// The shapes of the REST API under /api, as the page reads them.

export interface Progress {
  step: string;
  text: string;
  done: number;
  total: number;
  /** per second; 0 when not known yet */
  rate: number;
}

/** `actions` names the verbs that the machine allows now. */
export interface Machine {
  id: string;
  hostname: string;
  state: string;
  state_code: number;
  since: string;
  deadline: string | null;
  progress: Progress | null;
  power: 'on' | 'off' | 'unknown';
  power_type: string;
  locked: boolean;
  quarantine: string | null;
  message: string;
  prompt: string | null;
  owner: string;
  macs: string[];
  arch: string;
  cpu_count: number;
  memory_mib: number;
  storage_bytes: number;
  /** what lies on the disks may be overwritten: who had the machine commissioned gave it away */
  disks_given: boolean;
  vendor: string;
  product: string;
  serial: string;
  boot_mode: string;
  image: string | null;
  addresses: string[];
  actions: string[];
}

export interface Result {
  id: string;
  run: number;
  name: string;
  type: 'commissioning' | 'testing';
  status: 'pending' | 'running' | 'passed' | 'failed' | 'timeout';
  exit: number | null;
  seconds: number | null;
  output: string;
  started: string | null;
}

/** The hardware report is the machine's own word: see machine/hardware.ts for how it is read. */
export interface MachineDetail extends Machine {
  hardware: unknown;
  results: Result[];
}

export interface Entry {
  id: string;
  at: string;
  source: string;
  text: string;
  rule?: string | null;
  actor?: string | null;
}

export interface Phase {
  name: string;
  start: string;
  seconds: number;
}

export interface TimelinePage {
  entries: Entry[];
  next: string;
  phases: Phase[];
}

export interface Image {
  id: string;
  arch: string;
  size_bytes: number;
  compressed_bytes: number;
  sha256: string;
  built_at: string;
}

export interface Images {
  images: Image[];
  ephemeral: { arch: string; version: string }[];
}

export interface Service {
  name: string;
  state: string;
  detail: string;
}

export interface Status {
  version: string;
  services: Service[];
  notices: string[];
}

export interface SshKey {
  id: string;
  text: string;
}

export interface SignInWays {
  password: boolean;
  /** What the OpenID provider is called; null without one. */
  provider: string | null;
}

export interface Session {
  username: string;
  role: string;
}
