import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Live, LiveState } from './live';

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) {
    throw new Error('no live feed around this part of the page');
  }
  return live;
}

export function useLiveState(): LiveState {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.snapshot);
}
