import { describe, expect, test } from 'vitest';
import { backoffMs, EventParser, type ServerEvent } from '../src/api/sse';

const STREAM =
  ': hello\n\nevent: machine\ndata: {"id":"ä1"}\n\nevent: gone\r\ndata: {"id":"b"}\r\n\r\ndata:two\ndata: lines\n\nevent: empty\n\n';
const EVENTS: ServerEvent[] = [
  { event: 'machine', data: '{"id":"ä1"}' },
  { event: 'gone', data: '{"id":"b"}' },
  { event: 'message', data: 'two\nlines' },
];

describe('the event stream', () => {
  test('comments and events without data say nothing', () =>
    expect(new EventParser().feed(STREAM)).toEqual(EVENTS));

  test('it may be cut anywhere', () => {
    for (let first = 0; first <= STREAM.length; first++) {
      for (const second of [first, Math.min(first + 3, STREAM.length)]) {
        const parser = new EventParser();
        const events = [
          STREAM.slice(0, first),
          STREAM.slice(first, second),
          STREAM.slice(second),
        ].flatMap((piece) => parser.feed(piece));
        expect(events).toEqual(EVENTS);
      }
    }
  });

  test('pauses grow to fifteen seconds and differ between pages', () => {
    expect([0, 1, 2, 3, 4, 50].map((attempt) => backoffMs(attempt, 1))).toEqual([
      1000, 2000, 4000, 8000, 15000, 15000,
    ]);
    expect(backoffMs(0, 0)).toBe(700);
  });
});
