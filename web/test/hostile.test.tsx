import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { MachineTable } from '../src/list/MachineTable';
import { HardwareView } from '../src/machine/HardwareView';
import { ResultsView } from '../src/machine/ResultsView';
import { Timeline } from '../src/machine/Timeline';
import { machine } from './fleet';

const HOSTILE = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>${x}';

function drawn(page: ReactNode): string {
  const html = renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>{page}</QueryClientProvider>,
  );
  expect(html).toContain('&lt;script&gt;');
  return html;
}

function expectOnlyText(html: string) {
  expect(html).not.toContain('<script');
  expect(html).not.toContain('<img');
}

test('a hostile machine is drawn as text', () => {
  const m = machine({
    hostname: HOSTILE,
    message: HOSTILE,
    prompt: HOSTILE,
    quarantine: HOSTILE,
    vendor: HOSTILE,
    image: HOSTILE,
    addresses: [HOSTILE],
    macs: [HOSTILE],
    state: HOSTILE,
  });
  expectOnlyText(
    drawn(
      <MachineTable
        rows={[m]}
        sortKey="name"
        direction="asc"
        onSort={() => undefined}
        selected={new Set()}
        onSelect={() => undefined}
      />,
    ),
  );
});

test('a hostile hardware report is drawn as text', () =>
  expectOnlyText(
    drawn(
      <HardwareView
        loading={false}
        report={{
          system: { product: HOSTILE },
          disks: [{ model: HOSTILE, serial: HOSTILE, holds: [HOSTILE] }],
          nics: [{ name: HOSTILE, lldp: { system: HOSTILE, port: HOSTILE } }],
        }}
      />,
    ),
  ));

test('hostile output and log lines are drawn as text', () => {
  expectOnlyText(
    drawn(
      <ResultsView
        loading={false}
        results={[
          { id: '1', run: 1, name: HOSTILE, type: 'testing', status: 'failed', exit: 1, seconds: 1, output: HOSTILE, started: null },
        ]}
      />,
    ),
  );
  expectOnlyText(
    drawn(
      <Timeline
        machine="m"
        timeline={{
          entries: [{ id: '1', at: HOSTILE, source: HOSTILE, text: HOSTILE, rule: HOSTILE, actor: HOSTILE }],
          phases: [],
          loading: false,
          error: '',
          retry: () => undefined,
        }}
      />,
    ),
  );
});
