import { Bullseye, EmptyState, Spinner } from '@patternfly/react-core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api, ApiError } from './api/client';
import type { Session } from './api/types';
import { Frame } from './Frame';
import { MachinesPage } from './list/MachinesPage';
import { LayersPage } from './layers/LayersPage';
import { LiveContext } from './live/context';
import { Live } from './live/live';
import { MachinePage } from './machine/MachinePage';
import { useRoute } from './route';
import { changeSession } from './session';
import { SignIn } from './SignIn';
import { texts } from './texts';

async function readSession(): Promise<Session | null> {
  try {
    return await api.session();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      return null;
    }
    throw error;
  }
}

export function App() {
  const session = useQuery({
    queryKey: ['session'],
    queryFn: readSession,
    staleTime: 60_000,
    // the appliance may be starting just now
    refetchInterval: (query) => (query.state.status === 'error' ? 3_000 : false),
  });
  if (session.data) {
    return <SignedIn session={session.data} />;
  }
  if (session.data === null) {
    return <SignIn />;
  }
  return (
    <Bullseye>
      <EmptyState
        icon={Spinner}
        headingLevel="h1"
        titleText={session.isError ? session.error.message : texts.link.connecting}
      />
    </Bullseye>
  );
}

function SignedIn({ session }: { session: Session }) {
  const queries = useQueryClient();
  const live = useMemo(
    () => new Live(() => changeSession(queries, null)),
    [queries],
  );
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  const route = useRoute();
  return (
    <LiveContext.Provider value={live}>
      <Frame session={session}>
        {route.page === 'machine' ? (
          <MachinePage key={route.id} id={route.id} />
        ) : route.page === 'layers' ? (
          <LayersPage session={session} />
        ) : (
          <MachinesPage />
        )}
      </Frame>
    </LiveContext.Provider>
  );
}
