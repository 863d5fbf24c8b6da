import {
  Alert,
  Button,
  Content,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
  Pagination,
  SearchInput,
  Spinner,
  Title,
  ToggleGroup,
  ToggleGroupItem,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from '@patternfly/react-core';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import ServerIcon from '@patternfly/react-icons/dist/esm/icons/server-icon';
import { useDeferredValue, useMemo, useState } from 'react';
import type { Machine } from '../api/types';
import { ActionMenu } from '../action/ActionMenu';
import { ActionProvider, useActions } from '../action/Actions';
import { useLiveState } from '../live/context';
import { machineHref } from '../route';
import { FILTERS, inFilter, nameOf, needsHand, type Filter } from '../states';
import { Notices, useStatus } from '../StatusLine';
import { texts } from '../texts';
import { arrange, type Direction, type SortKey } from './arrange';
import { MachineTable } from './MachineTable';

const t = texts.list;

interface View {
  search: string;
  filters: ReadonlySet<Filter>;
  key: SortKey;
  direction: Direction;
  page: number;
  perPage: number;
}

/** Kept while one looks at a machine and comes back. */
let lastView: View = {
  search: '',
  filters: new Set(),
  key: 'name',
  direction: 'asc',
  page: 1,
  perPage: 50,
};

export function MachinesPage() {
  return (
    <ActionProvider>
      <PageSection>
        <Notices />
        <Machines />
      </PageSection>
    </ActionProvider>
  );
}

function Machines() {
  const { fleet } = useLiveState();
  const [view, setViewState] = useState(lastView);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const search = useDeferredValue(view.search);
  const setView = (change: Partial<View>) => {
    lastView = { ...view, page: 1, ...change };
    setViewState(lastView);
  };

  const shown = useMemo(
    () => arrange(fleet.machines.values(), search, view.filters, view.key, view.direction),
    [fleet, search, view.filters, view.key, view.direction],
  );
  const pages = Math.max(1, Math.ceil(shown.length / view.perPage));
  const page = Math.min(view.page, pages);
  const rows = shown.slice((page - 1) * view.perPage, page * view.perPage);

  if (!fleet.loaded) {
    return <EmptyState icon={Spinner} titleText={t.loading} headingLevel="h1" />;
  }
  if (fleet.machines.size === 0) {
    return <NoMachines />;
  }
  const clear = () => setView({ search: '', filters: new Set() });
  return (
    <>
      <Title headingLevel="h1" className="rs-title">
        {t.title}
      </Title>
      <Waiting machines={[...fleet.machines.values()].filter((m) => m.prompt)} />
      <Toolbar clearAllFilters={clear} inset={{ default: 'insetNone' }}>
        <ToolbarContent alignItems="center">
          <ToolbarItem className="rs-search">
            <SearchInput
              placeholder={t.search}
              aria-label={t.search}
              value={view.search}
              onChange={(_event, value) => setView({ search: value })}
              onClear={() => setView({ search: '' })}
            />
          </ToolbarItem>
          <ToolbarItem>
            <Groups
              machines={fleet.machines}
              filters={view.filters}
              onChange={(filters) => setView({ filters })}
            />
          </ToolbarItem>
          <ToolbarItem variant="pagination" align={{ default: 'alignEnd' }}>
            <Pagination
              isCompact
              itemCount={shown.length}
              page={page}
              perPage={view.perPage}
              perPageOptions={[20, 50, 100, 250].map((value) => ({ title: `${value}`, value }))}
              titles={{ paginationAriaLabel: t.page }}
              onSetPage={(_event, next) => setView({ page: next })}
              onPerPageSelect={(_event, perPage) => setView({ perPage })}
            />
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Selection machines={fleet.machines} selected={selected} onClear={() => setSelected(new Set())} />
      {shown.length === 0 ? (
        <EmptyState icon={SearchIcon} titleText={t.nothingFound.title} headingLevel="h2">
          <EmptyStateBody>{t.nothingFound.body}</EmptyStateBody>
          <EmptyStateFooter>
            <EmptyStateActions>
              <Button variant="link" onClick={clear}>
                {t.clearFilters}
              </Button>
            </EmptyStateActions>
          </EmptyStateFooter>
        </EmptyState>
      ) : (
        <MachineTable
          rows={rows}
          sortKey={view.key}
          direction={view.direction}
          onSort={(key, direction) => setView({ key, direction })}
          selected={selected}
          onSelect={setSelected}
        />
      )}
    </>
  );
}

function Groups(props: {
  machines: ReadonlyMap<string, Machine>;
  filters: ReadonlySet<Filter>;
  onChange: (filters: ReadonlySet<Filter>) => void;
}) {
  const { machines, filters, onChange } = props;
  const all = [...machines.values()];
  return (
    <ToggleGroup aria-label={t.groups} isCompact>
      <ToggleGroupItem
        text={`${t.all} ${all.length}`}
        isSelected={filters.size === 0}
        onChange={() => onChange(new Set())}
      />
      {FILTERS.map((filter) => {
        const count = all.filter((m) => inFilter(m, filter)).length;
        const on = filters.has(filter);
        return count === 0 && !on ? null : (
          <ToggleGroupItem
            key={filter}
            text={`${t.group[filter]} ${count}`}
            isSelected={on}
            onChange={() => {
              const next = new Set(filters);
              if (!next.delete(filter)) {
                next.add(filter);
              }
              onChange(next);
            }}
          />
        );
      })}
    </ToggleGroup>
  );
}

function Selection(props: {
  machines: ReadonlyMap<string, Machine>;
  selected: ReadonlySet<string>;
  onClear: () => void;
}) {
  const choose = useActions();
  // a machine that is gone is no longer selected
  const chosen = [...props.selected].flatMap((id) => props.machines.get(id) ?? []);
  if (chosen.length === 0) {
    return null;
  }
  return (
    <Toolbar inset={{ default: 'insetNone' }} className="rs-selection">
      <ToolbarContent>
        <ToolbarGroup>
          <ToolbarItem alignSelf="center" aria-live="polite">
            {t.selected(chosen.length)}
          </ToolbarItem>
          <ToolbarItem>
            <ActionMenu machines={chosen} label={t.bulk} text={t.bulk} primary onChoose={choose} />
          </ToolbarItem>
          <ToolbarItem>
            <Button variant="link" onClick={props.onClear}>
              {t.clearSelection}
            </Button>
          </ToolbarItem>
        </ToolbarGroup>
      </ToolbarContent>
    </Toolbar>
  );
}

const PROMPTS_SHOWN = 5;

/** Machines without a BMC wait for a person: that may not go unseen further down the list. */
function Waiting({ machines }: { machines: Machine[] }) {
  const waiting = machines.filter(needsHand);
  if (waiting.length === 0) {
    return null;
  }
  return (
    <Alert
      isInline
      component="h2"
      variant="warning"
      title={t.prompts(waiting.length)}
      className="rs-waiting"
    >
      {waiting.slice(0, PROMPTS_SHOWN).map((m) => (
        <div key={m.id}>
          <a href={machineHref(m.id)}>{nameOf(m)}</a>: {m.prompt}
        </div>
      ))}
      {waiting.length > PROMPTS_SHOWN ? t.more(waiting.length - PROMPTS_SHOWN) : null}
    </Alert>
  );
}

function NoMachines() {
  const status = useStatus();
  const serving = (status.data?.services ?? []).filter(
    (s) => s.state === 'serving' && s.name === 'dhcp',
  );
  return (
    <EmptyState icon={ServerIcon} titleText={t.empty.title} headingLevel="h1" variant="lg">
      <EmptyStateBody>
        <Content component="p">{t.empty.body}</Content>
        {status.data === undefined ? null : (
          <Content component="p">
            {serving.length > 0
              ? t.empty.on(serving.map((s) => s.detail || s.name).join('; '))
              : t.empty.none}
          </Content>
        )}
      </EmptyStateBody>
    </EmptyState>
  );
}
