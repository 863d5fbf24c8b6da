// Server-sent events (HTML Living Standard §9.2) over fetch: unlike EventSource it shows the status
// of a refusal and the keep-alive comments, so that a dead connection is noticed.

export interface ServerEvent {
  event: string;
  data: string;
}

/** Turns pieces of text, cut anywhere, into events. */
export class EventParser {
  private rest = '';
  private event = '';
  private data: string[] = [];

  feed(piece: string): ServerEvent[] {
    const out: ServerEvent[] = [];
    this.rest += piece;
    // a \r at the very end may be half of \r\n: it waits for the next piece
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (this.data.length > 0) {
          out.push({ event: this.event || 'message', data: this.data.join('\n') });
        }
        this.event = '';
        this.data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') {
        this.event = value;
      } else if (field === 'data') {
        this.data.push(value);
      }
    }
    return out;
  }
}

/** The server sends at least a comment each 15 s; silence for three times as long is a dead line. */
const SILENCE_MS = 45_000;

export interface StreamHandlers {
  onOpen: () => void;
  onEvent: (event: ServerEvent) => void;
}

/** Resolves with the HTTP status when the stream ends; 0 when it broke or fell silent. */
export async function readEvents(
  path: string,
  signal: AbortSignal,
  handlers: StreamHandlers,
): Promise<number> {
  const silence = new AbortController();
  let watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch(path, {
      headers: { Accept: 'text/event-stream' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok || response.body === null) {
      return response.status;
    }
    handlers.onOpen();
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return 0;
      }
      clearTimeout(watchdog);
      watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
      parser.feed(value).forEach(handlers.onEvent);
    }
  } catch {
    return 0;
  } finally {
    clearTimeout(watchdog);
  }
}

/** Pause before the next try: 1, 2, 4 … 15 s, each shortened by chance so that pages do not come at once. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(15_000, 1_000 * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.7 + 0.3 * random));
}
