import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import type { Entry, Phase } from '../api/types';
import { useLive, useLiveState } from '../live/context';
import { mergeEntries } from './entries';

export interface TimelineState {
  entries: readonly Entry[];
  phases: readonly Phase[];
  loading: boolean;
  error: string;
  retry: () => void;
}

const PAGE = 500;
const QUIET_MS = 1_500;
const BUSY_MS = 5_000;

/**
 * Everything so far is read by cursor, what comes after that arrives by the live feed. The cursor is
 * followed again after a reconnect and, because it brings the phases too, a moment after each entry.
 */
export function useTimeline(id: string, busy: boolean): TimelineState {
  const live = useLive();
  const { connections } = useLiveState();
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [phases, setPhases] = useState<readonly Phase[]>([]);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState('');
  const cursor = useRef<string | null>(null);
  const reading = useRef(false);
  const again = useRef(false);
  const gone = useRef(false);

  const catchUp = useCallback(async () => {
    if (reading.current) {
      again.current = true;
      return;
    }
    reading.current = true;
    try {
      let full = true;
      while ((full || again.current) && !gone.current) {
        again.current = false;
        const page = await api.timeline(id, cursor.current, PAGE);
        if (gone.current) {
          return;
        }
        const moved = page.next !== cursor.current;
        cursor.current = page.next;
        full = moved && page.entries.length >= PAGE;
        setEntries((have) => mergeEntries(have, page.entries));
        setPhases(page.phases ?? []);
        setError('');
      }
    } catch (failure) {
      setError((failure as Error).message);
    } finally {
      reading.current = false;
      setLoading(false);
    }
  }, [id]);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let batch: Entry[] = [];
    let frame = 0;
    const stop = live.onEntry(id, (entry) => {
      batch.push(entry);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        const more = batch;
        batch = [];
        setEntries((have) => mergeEntries(have, more));
      });
      timer ??= setTimeout(() => {
        timer = undefined;
        void catchUp();
      }, QUIET_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [live, id, catchUp]);

  useEffect(() => {
    void catchUp();
  }, [catchUp, connections]);

  useEffect(() => {
    if (!busy) {
      return;
    }
    const timer = setInterval(() => void catchUp(), BUSY_MS);
    return () => clearInterval(timer);
  }, [busy, catchUp]);

  const retry = useCallback(() => void catchUp(), [catchUp]);
  return { entries, phases, loading, error, retry };
}
