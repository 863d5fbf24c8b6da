import '@xterm/xterm/css/xterm.css';
import './console.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import { texts } from '../texts';
import { ConsoleSocket, type ConsoleState } from './socket';

const t = texts.console;

interface Boot {
  boot: string;
  began: string;
  bytes: number;
}

interface Hit {
  boot: string;
  line: number;
  text: string;
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function button(text: string, hint: string, act: () => void): HTMLButtonElement {
  const made = element('button', '', text);
  made.type = 'button';
  made.title = hint;
  made.addEventListener('click', act);
  return made;
}

async function get(path: string): Promise<Response> {
  const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store' });
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => null)) as { detail?: string } | null;
    throw new Error(problem?.detail ?? texts.errors.status(answer.status));
  }
  return answer;
}

/** The window of one machine's console. */
class ConsoleWindow {
  private readonly path: string;
  private readonly terminal = new Terminal({
    scrollback: 20_000,
    fontFamily: 'ui-monospace, Menlo, Consolas, monospace',
    fontSize: 14,
    theme: { background: '#101214' },
    allowProposedApi: true,
  });
  private readonly fit = new FitAddon();
  private readonly search = new SearchAddon();
  private readonly socket: ConsoleSocket;
  private readonly state = element('span', 'state', t.states.connecting);
  private readonly people = element('span', 'people');
  private readonly note = element('span', 'note');
  private readonly keyboard = button(t.take, t.takeHint, () => this.keys());
  private readonly over = button(t.takeOver, t.takeOverHint, () => this.socket.ask('take_over'));
  private readonly lineBreak = button(t.break, t.breakHint, () => this.socket.ask('break'));
  private readonly boots = element('select', 'boots');
  private readonly find = element('input', 'find');
  private readonly hits = element('ol', 'hits');
  private live = true;
  private yours = false;

  constructor(machine: string, name: string, root: HTMLElement) {
    this.path = `/api/machines/${encodeURIComponent(machine)}/console`;
    document.title = `${name} · ${t.title}`;
    const bar = element('header', 'bar');
    this.find.type = 'search';
    this.find.placeholder = t.find;
    this.find.setAttribute('aria-label', t.find);
    this.boots.setAttribute('aria-label', t.boots);
    this.state.setAttribute('role', 'status');
    this.over.hidden = true;
    this.lineBreak.disabled = true;
    const title = element('h1', '', name);
    bar.append(title, this.state, this.people, this.note, this.over, this.keyboard, this.lineBreak);
    bar.append(this.boots, this.find);
    const screen = element('main', 'screen');
    root.append(bar, this.hits, screen);
    this.terminal.loadAddon(this.fit);
    this.terminal.loadAddon(this.search);
    this.terminal.open(screen);
    this.fit.fit();
    window.addEventListener('resize', () => this.fit.fit());
    this.socket = new ConsoleSocket(machine, {
      begins: () => this.terminal.reset(),
      output: (bytes) => this.terminal.write(bytes),
      state: (state) => this.told(state),
      refused: (why) => this.say(why),
      lost: (why) => {
        this.yours = false;
        this.shown('waiting', why === '' ? t.lost : why);
      },
    });
    const encoder = new TextEncoder();
    this.terminal.onData((keys) => this.typed(encoder.encode(keys)));
    this.terminal.onBinary((keys) =>
      this.typed(Uint8Array.from(keys, (key) => key.charCodeAt(0) & 0xff)),
    );
    this.boots.addEventListener('change', () => void this.choose(this.boots.value));
    this.find.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        void this.look(event.shiftKey);
      }
    });
  }

  start(): void {
    this.socket.open();
    void this.readBoots();
    this.terminal.focus();
  }

  private typed(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.live) {
      this.say(t.notLive);
    } else if (this.yours) {
      this.socket.type(bytes);
    } else {
      this.say(t.takeFirst);
    }
  }

  private keys(): void {
    this.socket.ask(this.yours ? 'give' : 'take');
    this.say('');
    this.terminal.focus();
  }

  private told(state: ConsoleState): void {
    this.yours = state.yours;
    this.shown(state.state, state.why);
    this.keyboard.textContent = state.yours ? t.give : t.take;
    this.keyboard.classList.toggle('held', state.yours);
    this.lineBreak.disabled = !state.yours;
    this.over.hidden = state.state !== 'waiting';
    const typing = state.writer === '' ? '' : t.writes(state.writer);
    this.people.textContent = [t.viewers(state.viewers.length), typing].filter(Boolean).join(', ');
    this.people.title = state.viewers.join(', ');
  }

  private shown(state: ConsoleState['state'], why: string): void {
    this.state.textContent = why === '' ? t.states[state] : `${t.states[state]}: ${why}`;
    this.state.dataset['state'] = state;
  }

  private say(what: string): void {
    this.note.textContent = what;
  }

  private async readBoots(): Promise<void> {
    try {
      const answer = (await (await get(this.path)).json()) as { boots: Boot[] };
      const options = [new Option(t.live, '')];
      for (const boot of answer.boots) {
        const began = new Date(boot.began).toLocaleString();
        options.push(new Option(t.boot(began, Math.ceil(boot.bytes / 1024)), boot.boot));
      }
      this.boots.replaceChildren(...options);
    } catch (e) {
      this.say(e instanceof Error ? e.message : String(e));
    }
  }

  /** An earlier boot in place of what is live, or back; empty: live. */
  private async choose(boot: string): Promise<void> {
    this.live = boot === '';
    this.say('');
    if (this.live) {
      this.socket.open();
      await this.readBoots();
      return;
    }
    this.socket.close();
    this.yours = false;
    this.keyboard.textContent = t.take;
    try {
      const bytes = await (await get(`${this.path}/boots/${boot}?raw=1`)).arrayBuffer();
      this.terminal.reset();
      this.terminal.write(new Uint8Array(bytes));
      this.shown('idle', t.earlier);
    } catch (e) {
      this.say(e instanceof Error ? e.message : String(e));
    }
  }

  /** In what is shown; where it is not there, in all that is kept. */
  private async look(backwards: boolean): Promise<void> {
    const text = this.find.value;
    this.hits.replaceChildren();
    if (text === '') {
      return;
    }
    if (backwards ? this.search.findPrevious(text) : this.search.findNext(text)) {
      this.say('');
      return;
    }
    try {
      const found = (await (
        await get(`${this.path}/search?text=${encodeURIComponent(text)}`)
      ).json()) as { hits: Hit[] };
      this.say(found.hits.length === 0 ? t.notFound(text) : '');
      for (const hit of found.hits) {
        const item = element('li', '');
        const began = new Date(Number(hit.boot)).toLocaleString();
        item.append(
          button(`${began} · ${hit.line}`, t.openBoot, () => {
            this.boots.value = hit.boot;
            this.hits.replaceChildren();
            void this.choose(hit.boot).then(() =>
              this.terminal.write('', () => this.search.findNext(text)),
            );
          }),
          element('code', '', hit.text),
        );
        this.hits.append(item);
      }
    } catch (e) {
      this.say(e instanceof Error ? e.message : String(e));
    }
  }
}

async function begin(root: HTMLElement): Promise<void> {
  const machine = new URLSearchParams(window.location.search).get('machine') ?? '';
  try {
    const known = (await (await get(`/api/machines/${encodeURIComponent(machine)}`)).json()) as {
      id: string;
      hostname: string;
    };
    new ConsoleWindow(known.id, known.hostname, root).start();
  } catch (e) {
    const alert = element('p', 'alert', e instanceof Error ? e.message : String(e));
    alert.setAttribute('role', 'alert');
    root.append(alert);
  }
}

const root = document.getElementById('console');
if (root !== null) {
  void begin(root);
}
