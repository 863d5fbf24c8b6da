import { api, ApiError } from '../api/client';
import { backoffMs, readEvents, type ServerEvent } from '../api/sse';
import type { Entry, Machine } from '../api/types';
import { EMPTY_FLEET, reduce, type Change, type Fleet } from './fleet';

export type Link = 'connecting' | 'live' | 'lost';

export interface LiveState {
  fleet: Fleet;
  link: Link;
  /** counts the connections, so that who pages by cursor knows when to catch up */
  connections: number;
}

type EntryListener = (entry: Entry) => void;

const BATCH_MS = 100;

/**
 * The live feed. The stream is opened first and the list read after it, with the stream's events
 * waiting meanwhile: whatever changes after the list was made comes after it.
 */
export class Live {
  private state: LiveState = { fleet: EMPTY_FLEET, link: 'connecting', connections: 0 };
  private listeners = new Set<() => void>();
  private entryListeners = new Map<string, Set<EntryListener>>();
  private pending: Change[] = [];
  private holding = true;
  private flushTimer: ReturnType<typeof setTimeout> | undefined;
  private stopper = new AbortController();

  constructor(private readonly onSignedOut: () => void) {}

  start(): void {
    this.stopper = new AbortController();
    void this.run(this.stopper.signal);
  }

  stop(): void {
    this.stopper.abort();
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
  }

  readonly snapshot = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  onEntry(machine: string, listener: EntryListener): () => void {
    const set = this.entryListeners.get(machine) ?? new Set();
    this.entryListeners.set(machine, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0) {
        this.entryListeners.delete(machine);
      }
    };
  }

  /** Sends an action. Its answer is as good as an event, and sooner, unless one came meanwhile. */
  async act(id: string, verb: string, params: object): Promise<void> {
    const before = this.state.fleet.machines.get(id);
    const machine = await api.act(id, verb, params);
    if (verb === 'delete') {
      this.change({ kind: 'gone', id });
    } else if (machine?.id === id && this.state.fleet.machines.get(id) === before) {
      this.change({ kind: 'machine', machine });
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.holding = true;
      const connection = new AbortController();
      const status = await readEvents('/api/events', AbortSignal.any([signal, connection.signal]), {
        onOpen: () => {
          void this.resync(signal).then((ok) => {
            if (ok) {
              attempt = 0;
            } else {
              connection.abort();
            }
          });
        },
        onEvent: (event) => this.receive(event),
      });
      if (signal.aborted) {
        return;
      }
      if (status === 401) {
        this.onSignedOut();
        return;
      }
      this.set({ ...this.state, link: 'lost' });
      await pause(backoffMs(attempt, Math.random()), signal);
    }
  }

  private async resync(signal: AbortSignal): Promise<boolean> {
    try {
      const { machines } = await api.machines();
      if (signal.aborted) {
        return false;
      }
      this.pending.unshift({ kind: 'list', machines });
      this.holding = false;
      this.state = { ...this.state, link: 'live', connections: this.state.connections + 1 };
      this.flush();
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        this.onSignedOut();
      }
      return false;
    }
  }

  private receive({ event, data }: ServerEvent): void {
    const value = parse(data);
    if (value === null) {
      return;
    }
    if (event === 'machine') {
      this.change({ kind: 'machine', machine: value as unknown as Machine });
    } else if (event === 'gone') {
      this.change({ kind: 'gone', id: String(value.id) });
    } else if (event === 'entry') {
      const { machine, entry } = value as unknown as { machine: string; entry: Entry };
      this.entryListeners.get(machine)?.forEach((listener) => listener(entry));
    }
  }

  /** A fleet at work sends many events a second: the page is drawn ten times a second at most. */
  private change(change: Change): void {
    this.pending.push(change);
    if (!this.holding) {
      this.flushTimer ??= setTimeout(() => this.flush(), BATCH_MS);
    }
  }

  private flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    const changes = this.pending;
    this.pending = [];
    this.set({ ...this.state, fleet: reduce(this.state.fleet, changes) });
  }

  private set(state: LiveState): void {
    this.state = state;
    this.listeners.forEach((listener) => listener());
  }
}

function parse(data: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
