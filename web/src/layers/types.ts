// What the layers above are told, as the API under /api says it.

/** A line of the table of policies, as people write it. */
export interface PolicyLine {
  name: string;
  comment: string;
  enabled: boolean;
  on: 'enrolment' | 'demand';
  when: string;
  image: string;
  layout: string;
  network: string;
  role: string;
  target: string;
  owner: string;
  max: number;
  schedule: string;
}

export interface Policies {
  /** Counts the edits: whoever saves says which one theirs was made from. */
  version: number;
  policies: PolicyLine[];
  conflicts: string[];
}

export interface PolicyPreview {
  judged: number;
  free: number;
  changed: number;
  begins: number;
  changes: PolicyChange[];
}

export interface PolicyChange {
  id: string;
  name: string;
  from: string;
  to: string;
  /** work begins on it by itself as soon as the edit is saved */
  begins: boolean;
  what: string;
}

/** What the table says of one machine, and each of its lines. */
export interface PolicyVerdict {
  verdict: 'takes' | 'waits' | 'held' | 'none' | 'stays' | 'out';
  line: string;
  why: string;
  lines: { line: string; took: boolean; why: string }[];
}

export interface BrokerKey {
  secret: boolean;
  required: boolean;
  preset: string;
  description: string;
}

export interface Broker {
  name: string;
  description?: string;
  config?: Record<string, BrokerKey>;
  /** why its file cannot be used */
  problem?: string;
}

export interface Target {
  name: string;
  broker: string;
  /** without its secrets, which are never shown */
  config: Record<string, string>;
}

export interface Handover {
  state:
    | 'none'
    | 'sending'
    | 'proving'
    | 'in service'
    | 'failed'
    | 'taking back'
    | 'taken back'
    | 'stuck';
  id?: string;
  target?: string;
  role?: string;
  tries?: number;
  why?: string;
  evidence?: string;
}

export interface ClusterNode {
  machine: string;
  hostname: string;
  part: string;
  state: 'installing' | 'joining' | 'ready' | 'failed' | 'leaving' | 'gone';
  why: string;
}

/** What was asked for, as far as the page shows it. */
export interface ClusterSpec {
  distribution: string;
  version: string;
  controls: number;
  workers: number;
  image: string;
}

export interface Cluster {
  name: string;
  owner: string;
  state: 'building' | 'ready' | 'degraded' | 'failed' | 'deleting';
  why: string;
  deadline: string | null;
  /** where its API is; empty: not known yet */
  api: string;
  /** of the kubeconfig, once it has been handed out */
  kubeconfig_sha256: string;
  /** where it was never tried; empty: nothing to say */
  caution: string;
  spec: ClusterSpec;
  nodes: ClusterNode[];
}

export interface VmHostSizes {
  cores: number;
  /** MiB */
  memory: number;
  /** bytes */
  local_storage: number;
}

export interface VmHost {
  id: number;
  name: string;
  type: string;
  cpu_model?: string;
  total: VmHostSizes;
  used: VmHostSizes;
  available: VmHostSizes;
}
