// The layers above in the stand-in appliance: policies, targets, hand-overs; enough to work on the pages.
const key = (description, more = {}) => ({ secret: false, required: false, preset: '', description, ...more });
const BROKERS = [
  { name: 'noop', description: 'Nobody: the machine is done when it is deployed.', config: {} },
  {
    name: 'kubernetes',
    description: 'A worker of a Kubernetes cluster, joined by kubeadm.',
    config: {
      url: key('the API server as nodes reach it, as https://10.0.0.1:6443', { required: true }),
      token: key('of a service account', { required: true, secret: true }),
      ca: key("the cluster's CA (PEM); nodes pin its key", { required: true }),
      kubeadm_api: key('v1beta4 from 1.31 on', { preset: 'kubeadm.k8s.io/v1beta4' }),
    },
  },
];

export class Layers {
  version = 3;
  policies = [
    line('workers', 'memory_mib >= 65536 and cpu_count >= 32', { image: 'debian/bookworm', role: 'worker', target: 'hall', max: 12 }),
    line('spare', 'rack = "b4"', { image: 'debian/bookworm', on: 'demand', comment: 'kept for rehearsals' }),
  ];
  targets = [{ name: 'hall', broker: 'kubernetes', config: { url: 'https://10.0.0.1:6443', kubeadm_api: 'kubeadm.k8s.io/v1beta4' } }];
  handovers = new Map();

  /** @returns [status, body], or null where the path is somebody else's */
  answer(method, path, body, fleet) {
    if (path === '/api/policies' && method === 'PUT') {
      if (body.version !== this.version) {
        return [409, { detail: `the table is at version ${this.version} by now` }];
      }
      this.policies = body.policies;
      this.version++;
      return [200, this.table()];
    }
    if (path === '/api/policies') {
      return [200, this.table()];
    }
    if (path === '/api/policies/preview') {
      const broken = body.policies.findIndex((one) => !/[<>=]/.test(one.when));
      if (broken >= 0) {
        return [400, { detail: `line ${broken + 1} (${body.policies[broken].name}): the rule compares nothing` }];
      }
      const changes = fleet.list().filter((m) => m.state === 'Ready').map((m) => ({
        id: m.id, name: m.hostname, from: '', to: 'workers', begins: false, what: 'no line → workers: debian/bookworm as worker',
      }));
      return [200, { judged: fleet.list().length, free: changes.length, changed: changes.length, begins: 0, changes }];
    }
    if (path === '/api/brokers') {
      return [200, { brokers: BROKERS }];
    }
    const target = /^\/api\/targets(?:\/([\w.-]+))?(\/test)?$/.exec(path);
    if (target) {
      return this.target(method, target[1], target[2] !== undefined, body);
    }
    const machine = /^\/api\/machines\/(\w+)\/(policy|hand-over)(\/forget)?$/.exec(path);
    return machine ? this.machine(method, machine[1], machine[2], machine[3] !== undefined, body) : null;
  }

  table() {
    return { version: this.version, policies: this.policies, conflicts: [] };
  }

  target(method, name, test, body) {
    if (test) {
      return [200, name === 'hall' ? { ok: true, why: '' } : { ok: false, why: `${name} does not answer: connection refused` }];
    }
    if (method === 'PUT') {
      const { token: _, ...open } = body.config;
      this.targets = [...this.targets.filter((t) => t.name !== name), { name, broker: body.broker, config: open }];
    } else if (method === 'DELETE') {
      this.targets = this.targets.filter((t) => t.name !== name);
    }
    return [200, name && method !== 'DELETE' ? this.targets.find((t) => t.name === name) : { targets: this.targets }];
  }

  machine(method, id, what, forget, body) {
    if (what === 'policy') {
      return [200, {
        id, verdict: 'stays', line: 'workers', why: 'taken by workers',
        lines: [
          { line: 'workers', took: true, why: 'memory_mib is 131072' },
          { line: 'spare', took: false, why: 'rack = "b4" is not so: nothing is known' },
        ],
      }];
    }
    if (forget) {
      this.handovers.delete(id);
      return [204, null];
    }
    if (method === 'POST') {
      this.handovers.set(id, { state: 'proving', id: `ho-${id}-1`, target: body.target, role: body.role, tries: 1, why: 'the node has not joined yet', evidence: '' });
      setTimeout(() => {
        const now = this.handovers.get(id);
        if (now) Object.assign(now, { state: 'in service', why: '', evidence: 'node m0 is Ready: kubelet is posting ready status' });
      }, 2_000);
    }
    return [200, this.handovers.get(id) ?? { state: 'none' }];
  }
}

function line(name, when, more) {
  return { name, comment: '', enabled: true, on: 'enrolment', when, image: '', layout: '', role: '', target: '', owner: 'admin', max: 0, schedule: '', ...more };
}
