import type {
  Broker,
  Cluster,
  Handover,
  Policies,
  PolicyLine,
  PolicyPreview,
  PolicyVerdict,
  Target,
  VmHost,
} from '../layers/types';
import { texts } from '../texts';
import type {
  Images,
  Machine,
  MachineDetail,
  Session,
  SignInWays,
  SshKey,
  Status,
  TimelinePage,
} from './types';

/** An answer that is not the one asked for; status 0 means that there was no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const PATIENCE_MS = 20_000;

let skewMs = 0;

/** The server's clock: times in state are counted on it, whatever this computer's clock says. */
export function serverNow(): number {
  return Date.now() + skewMs;
}

/** The Date header counts whole seconds, so a small difference is no difference. */
export function noteServerDate(header: string | null, now = Date.now()): void {
  const date = header === null ? NaN : Date.parse(header);
  if (!Number.isNaN(date)) {
    const difference = date - now;
    skewMs = Math.abs(difference) > 2_500 ? difference : 0;
  }
}

/** What a problem (RFC 9457) says to a person. */
export function problemText(status: number, body: unknown): string {
  if (typeof body === 'object' && body !== null) {
    const { title, detail } = body as { title?: unknown; detail?: unknown };
    if (typeof detail === 'string' && detail !== '') {
      return detail;
    }
    if (typeof title === 'string' && title !== '') {
      return title;
    }
  }
  return texts.errors.status(status);
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') {
    headers['Content-Type'] = 'application/json';
    // a header no foreign page can send: writes by cookie are refused without it
    headers['X-Rackstead'] = 'page';
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new ApiError(0, texts.errors.unreachable);
  }
  noteServerDate(response.headers.get('Date'));
  const json: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw new ApiError(response.status, problemText(response.status, json));
  }
  return json as T;
}

const targetPath = (name: string) => `/api/targets/${encodeURIComponent(name)}`;
const clusterPath = (name: string) => `/api/clusters/${encodeURIComponent(name)}`;
const machinePath = (id: string) => `/api/machines/${encodeURIComponent(id)}`;

export const api = {
  session: () => call<Session>('GET', '/api/session'),
  signInWays: () => call<SignInWays>('GET', '/api/session/ways'),
  signIn: (username: string, password: string) =>
    call<Session>('POST', '/api/session', { username, password }),
  signOut: () => call<null>('DELETE', '/api/session'),
  machines: () => call<{ machines: Machine[] }>('GET', '/api/machines'),
  machine: (id: string) => call<MachineDetail>('GET', machinePath(id)),
  timeline: (id: string, after: string | null, limit = 500) =>
    call<TimelinePage>(
      'GET',
      `${machinePath(id)}/timeline?limit=${limit}` +
        (after === null ? '' : `&after=${encodeURIComponent(after)}`),
    ),
  act: (id: string, verb: string, params: object) =>
    call<Machine>('POST', `${machinePath(id)}/actions/${encodeURIComponent(verb)}`, params),
  evidence: (id: string) => call<{ id: number }>('POST', `${machinePath(id)}/evidence`),
  images: () => call<Images>('GET', '/api/images'),
  sshKeys: () => call<{ keys: SshKey[] }>('GET', '/api/ssh-keys'),
  addSshKey: (key: string) => call<SshKey>('POST', '/api/ssh-keys', { key }),
  removeSshKey: (id: string) => call<null>('DELETE', `/api/ssh-keys/${encodeURIComponent(id)}`),
  policies: () => call<Policies>('GET', '/api/policies'),
  savePolicies: (version: number, policies: PolicyLine[]) =>
    call<Policies>('PUT', '/api/policies', { version, policies }),
  previewPolicies: (policies: PolicyLine[]) =>
    call<PolicyPreview>('POST', '/api/policies/preview', { policies }),
  policyOf: (id: string) => call<PolicyVerdict>('GET', `${machinePath(id)}/policy`),
  brokers: () => call<{ brokers: Broker[] }>('GET', '/api/brokers'),
  targets: () => call<{ targets: Target[] }>('GET', '/api/targets'),
  putTarget: (name: string, broker: string, config: Record<string, string>) =>
    call<Target>('PUT', targetPath(name), { broker, config }),
  removeTarget: (name: string) => call<null>('DELETE', targetPath(name)),
  testTarget: (name: string) =>
    call<{ ok: boolean; why: string }>('POST', `${targetPath(name)}/test`),
  handover: (id: string) => call<Handover>('GET', `${machinePath(id)}/hand-over`),
  handOver: (id: string, target: string, role: string) =>
    call<Handover>('POST', `${machinePath(id)}/hand-over`, { target, role }),
  forgetHandover: (id: string) => call<null>('POST', `${machinePath(id)}/hand-over/forget`),
  clusters: () => call<{ clusters: Cluster[] }>('GET', '/api/clusters'),
  makeCluster: (asked: object) => call<Cluster>('POST', '/api/clusters', asked),
  scaleCluster: (name: string, count: number) =>
    call<Cluster>('PUT', `${clusterPath(name)}/workers`, { count }),
  retryCluster: (name: string) => call<Cluster>('POST', `${clusterPath(name)}/retry`),
  replaceNode: (name: string, machine: string) =>
    call<Cluster>('POST', `${clusterPath(name)}/nodes/${encodeURIComponent(machine)}/replace`),
  kubeconfig: (name: string) =>
    call<{ kubeconfig: string }>('POST', `${clusterPath(name)}/kubeconfig`),
  deleteCluster: (name: string) => call<Cluster>('DELETE', clusterPath(name)),
  vmHosts: () => call<VmHost[]>('GET', '/MAAS/api/2.0/vm-hosts/'),
  status: () => call<Status>('GET', '/api/status'),
};
