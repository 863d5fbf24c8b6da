/** What the appliance says of a console, in text messages between the output. */
export interface ConsoleState {
  state: 'idle' | 'connecting' | 'open' | 'waiting' | 'absent';
  why: string;
  writer: string;
  yours: boolean;
  viewers: string[];
}

export interface ConsoleEvents {
  output(bytes: Uint8Array): void;
  state(state: ConsoleState): void;
  /** something that was asked for was refused */
  refused(why: string): void;
  /** what is shown from now on comes from the beginning again */
  begins(): void;
  lost(why: string): void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Reads a text message: a state, a refusal, or nothing that is known. */
export function heard(text: string): ConsoleState | { error: string } | null {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said !== 'object' || said === null) {
      return null;
    }
    if (typeof (said as { error?: unknown }).error === 'string') {
      return said as { error: string };
    }
    return typeof (said as { state?: unknown }).state === 'string' ? (said as ConsoleState) : null;
  } catch {
    return null;
  }
}

/** A live console that comes back by itself. */
export class ConsoleSocket {
  private socket: WebSocket | null = null;
  private wait = FIRST_WAIT_MS;
  private timer: number | undefined;
  private closed = false;

  constructor(
    private readonly machine: string,
    private readonly events: ConsoleEvents,
  ) {}

  open(): void {
    this.closed = false;
    const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(
      `${scheme}//${window.location.host}/api/machines/${encodeURIComponent(this.machine)}/console/live`,
    );
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.onopen = () => {
      this.wait = FIRST_WAIT_MS;
      this.events.begins();
    };
    socket.onmessage = (message: MessageEvent<ArrayBuffer | string>) => {
      if (typeof message.data !== 'string') {
        this.events.output(new Uint8Array(message.data));
        return;
      }
      const said = heard(message.data);
      if (said === null) {
        return;
      }
      if ('error' in said) {
        this.events.refused(said.error);
      } else {
        this.events.state(said);
      }
    };
    socket.onclose = (event) => {
      if (this.socket !== socket || this.closed) {
        return;
      }
      this.events.lost(event.reason);
      this.timer = window.setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    };
  }

  close(): void {
    this.closed = true;
    window.clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
  }

  type(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(bytes);
    }
  }

  ask(what: 'take' | 'give' | 'break' | 'take_over'): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ [what]: true }));
    }
  }
}
