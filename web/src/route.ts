import { useSyncExternalStore } from 'react';

export type Route = { page: 'list' } | { page: 'layers' } | { page: 'machine'; id: string };

/** `#/machine/ID`, `#/layers`; everything else is the list. */
export function routeOf(hash: string): Route {
  if (/^#\/layers\/?$/.test(hash)) {
    return { page: 'layers' };
  }
  const match = /^#\/machine\/([^/?]+)/.exec(hash);
  if (match === null) {
    return { page: 'list' };
  }
  try {
    return { page: 'machine', id: decodeURIComponent(match[1]!) };
  } catch {
    return { page: 'list' };
  }
}

/** Also the tab's icon, which has a fixed name. */
export const LOGO = `${import.meta.env.BASE_URL}favicon.svg`;

export const listHref = '#/';
export const layersHref = '#/layers';
export const machineHref = (id: string) => `#/machine/${encodeURIComponent(id)}`;

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => window.location.hash));
}
