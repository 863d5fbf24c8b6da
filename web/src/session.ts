import type { QueryClient } from '@tanstack/react-query';
import type { Session } from './api/types';

/** Somebody else, or nobody: what the one before was shown is forgotten. */
export function changeSession(queries: QueryClient, session: Session | null): void {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  queries.setQueryData(['session'], session);
}
