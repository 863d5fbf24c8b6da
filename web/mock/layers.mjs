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
  clusters = [
    cluster('hall2', 'building', { distribution: 'kubeadm', version: 'v1.31.4', control_plane: { size: 1 }, workers: { count: 2 }, image: 'debian/bookworm' }, [
      { machine: 'a1', hostname: 'rack1-u01', part: 'first control plane', state: 'ready', why: '' },
      { machine: 'a2', hostname: 'rack1-u02', part: 'worker', state: 'joining', why: 'kubelet has not posted ready status' },
      { machine: 'a3', hostname: 'rack1-u03', part: 'worker', state: 'installing', why: '' },
    ]),
  ];

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
    if (path === '/api/clusters' && method === 'POST') {
      if (!/^v1\.\d+\.\d+/.test(body.version)) {
        return [400, { detail: 'version is one from 1.20 on, as v1.31.4' }];
      }
      this.clusters.push(cluster(body.name, 'building', body, []));
      return [201, this.clusters.at(-1)];
    }
    if (path === '/api/clusters') {
      return [200, { clusters: this.clusters }];
    }
    const one = /^\/api\/clusters\/([\w-]+)(?:\/([\w-]+))?/.exec(path);
    if (one) {
      const found = this.clusters.find((c) => c.name === one[1]);
      if (one[2] === 'workers') found.spec.workers = body.count;
      if (one[2] === 'kubeconfig') found.kubeconfig_sha256 = '00';
      if (method === 'DELETE') found.state = 'deleting';
      return [200, one[2] === 'kubeconfig' ? { kubeconfig: 'apiVersion: v1' } : found];
    }
    if (path === '/MAAS/api/2.0/vm-hosts/') {
      return [200, [{ id: 1, name: 'kvm-1', type: 'virsh', cpu_model: 'EPYC-Milan', total: { cores: 64, memory: 262144, local_storage: 2e12 },
        used: { cores: 20, memory: 98304, local_storage: 5e11 }, available: { cores: 44, memory: 163840, local_storage: 1.5e12 } }]];
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

function cluster(name, state, asked, nodes) {
  return {
    name, state, owner: 'admin', why: '', deadline: null, api: 'https://10.77.0.21:6443', kubeconfig_sha256: '', caution: '', nodes,
    spec: { distribution: asked.distribution, version: asked.version, controls: asked.control_plane.size, workers: asked.workers.count, image: asked.image },
  };
}

function line(name, when, more) {
  return { name, comment: '', enabled: true, on: 'enrolment', when, image: '', layout: '', network: '', role: '', target: '', owner: 'admin', max: 0, schedule: '', ...more };
}
