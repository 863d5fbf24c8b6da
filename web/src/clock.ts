import { useSyncExternalStore } from 'react';
import { serverNow } from './api/client';

// One timer for all ticking texts: it runs only while somebody shows one.
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = Math.floor(serverNow() / 1000);

const now = () => second;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    second = Math.floor(serverNow() / 1000);
    listeners.forEach((notify) => notify());
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in seconds; whoever asks is drawn again each second. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, now, now);
}
