// A stand-in for the appliance, for work on the pages: the API under /api with a fleet that lives.
//   node mock/server.mjs [--port 5299] [--machines 14] [--speed 1] [--empty] [--drop SECONDS]
// It serves the built pages too, under the policy the appliance serves them with. Sign in as admin/admin.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fleet } from './fleet.mjs';
import { Layers } from './layers.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const port = option('port', 5299);
const fleet = new Fleet(
  process.argv.includes('--empty') ? 0 : option('machines', 14),
  option('speed', 1),
);
const built = join(dirname(fileURLToPath(import.meta.url)), '../target/classes/io/rackstead/web');
const CSP =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const sessions = new Set();
const streams = new Set();
let keys = [];
const layers = new Layers();

fleet.onMachine = (machine) => send('machine', machine);
fleet.onGone = (id) => send('gone', { id });
fleet.onEntry = (machine, entry) => send('entry', { machine, entry });
setInterval(() => streams.forEach((stream) => stream.write(': still here\n\n')), 15_000);

// --drop cuts the event streams now and then, as a network does
if (option('drop', 0) > 0) {
  setInterval(() => streams.forEach((stream) => stream.destroy()), option('drop', 0) * 1000);
}

function send(event, data) {
  streams.forEach((stream) => stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
}

function json(response, status, body, headers = {}) {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, ...headers });
  response.end(status === 204 ? '' : JSON.stringify(body));
}

const problem = (response, status, title, detail) =>
  json(response, status, { type: 'about:blank', title, status, detail });

function cookieOf(request) {
  return /rackstead_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
}

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) {
    text += piece;
  }
  return JSON.parse(text || '{}');
}

async function api(request, response, url) {
  const { method } = request;
  const path = url.pathname;
  if (method !== 'GET' && !/^application\/json/.test(request.headers['content-type'] ?? '')) {
    return problem(response, 415, 'Unsupported media type', 'send application/json');
  }
  if (path === '/api/session' && method === 'POST') {
    const { username, password } = await bodyOf(request);
    if (username !== 'admin' || password !== 'admin') {
      return problem(response, 401, 'Unauthorized', 'user name or password is wrong');
    }
    const key = Math.random().toString(36).slice(2);
    sessions.add(key);
    return json(response, 200, { username, role: 'admin' }, {
      'Set-Cookie': `rackstead_session=${key}; HttpOnly; SameSite=Strict; Path=/`,
    });
  }
  if (path === '/api/session/ways') {
    return json(response, 200, { password: true, provider: process.env.MOCK_PROVIDER ?? null });
  }
  if (!sessions.has(cookieOf(request))) {
    return problem(response, 401, 'Unauthorized', 'sign in first');
  }
  if (method !== 'GET' && request.headers['x-rackstead'] !== 'page') {
    return problem(response, 403, 'Forbidden', 'the header X-Rackstead is missing');
  }
  if (path === '/api/session') {
    if (method === 'DELETE') {
      sessions.delete(cookieOf(request));
      return json(response, 204, null);
    }
    return json(response, 200, { username: 'admin', role: 'admin' });
  }
  if (path === '/api/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(': hello\n\n');
    streams.add(response);
    request.on('close', () => streams.delete(response));
    return;
  }
  if (path === '/api/machines') {
    return json(response, 200, { machines: fleet.list() });
  }
  if (path === '/api/ssh-keys' && method === 'POST') {
    keys.push({ id: `${keys.length + 1}`, text: (await bodyOf(request)).key });
    return json(response, 200, keys.at(-1));
  }
  if (path.startsWith('/api/ssh-keys')) {
    keys = method === 'DELETE' ? keys.filter((key) => !path.endsWith(`/${key.id}`)) : keys;
    return json(response, method === 'DELETE' ? 204 : 200, { keys });
  }
  if (path === '/api/images') {
    return json(response, 200, fleet.images);
  }
  if (path === '/api/status') {
    return json(response, 200, fleet.status);
  }
  const above = /^\/(MAAS\/)?api\/(2\.0\/vm-hosts|policies|brokers|targets|clusters|machines\/\w+\/(policy|hand-over))/.test(path)
    ? layers.answer(method, path, method === 'GET' ? {} : await bodyOf(request), fleet)
    : null;
  if (above !== null) {
    return json(response, ...above);
  }
  const match = /^\/api\/machines\/(\w+)(\/timeline|\/actions\/([\w-]+))?$/.exec(path);
  const machine = match && fleet.get(match[1]);
  if (!machine) {
    return problem(response, 404, 'Not found', `there is no machine ${match?.[1] ?? path}`);
  }
  if (match[2] === '/timeline') {
    const after = Number(url.searchParams.get('after') ?? 0);
    const limit = Number(url.searchParams.get('limit') ?? 500);
    return json(response, 200, fleet.timeline(machine, after, limit));
  }
  if (match[3] !== undefined) {
    const params = await bodyOf(request);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const refused = fleet.act(machine, match[3], params);
    return refused === ''
      ? json(response, 200, fleet.summary(machine))
      : problem(response, 409, 'Conflict', refused);
  }
  return json(response, 200, fleet.detail(machine));
}

function page(response, path) {
  const inside = path.startsWith('/MAAS/ui/') ? path.slice('/MAAS/ui/'.length) : '';
  const file = join(built, normalize(`/${inside || 'index.html'}`));
  if (!file.startsWith(built) || !existsSync(file)) {
    return problem(response, 404, 'Not found', path);
  }
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': CSP,
    'X-Content-Type-Options': 'nosniff',
  });
  createReadStream(file).pipe(response);
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/MAAS/api/')) {
    api(request, response, url).catch((error) => problem(response, 500, 'Error', String(error)));
  } else if (url.pathname.startsWith('/MAAS/')) {
    page(response, url.pathname);
  } else {
    response.writeHead(302, { Location: '/MAAS/' });
    response.end();
  }
}).listen(port, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${port}/MAAS/`));
