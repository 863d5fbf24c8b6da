import {
  Alert,
  AlertActionLink,
  Button,
  EmptyState,
  Label,
  SearchInput,
  Spinner,
  Switch,
  ToggleGroup,
  ToggleGroupItem,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from '@patternfly/react-core';
import ArrowDownIcon from '@patternfly/react-icons/dist/esm/icons/arrow-down-icon';
import CloudIcon from '@patternfly/react-icons/dist/esm/icons/cloud-icon';
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon';
import FlagIcon from '@patternfly/react-icons/dist/esm/icons/flag-icon';
import GlobeIcon from '@patternfly/react-icons/dist/esm/icons/globe-icon';
import MicrochipIcon from '@patternfly/react-icons/dist/esm/icons/microchip-icon';
import NetworkIcon from '@patternfly/react-icons/dist/esm/icons/network-icon';
import RobotIcon from '@patternfly/react-icons/dist/esm/icons/robot-icon';
import TerminalIcon from '@patternfly/react-icons/dist/esm/icons/terminal-icon';
import UserIcon from '@patternfly/react-icons/dist/esm/icons/user-icon';
import {
  memo,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type ReactElement,
} from 'react';
import type { Entry } from '../api/types';
import { clockTime, day, delta } from '../format';
import type { Colour } from '../states';
import { texts } from '../texts';
import { actorName, filterEntries } from './entries';
import type { TimelineState } from './useTimeline';

const t = texts.timeline;

const SOURCES: Record<string, { colour: Colour; icon: ReactElement }> = {
  state: { colour: 'purple', icon: <FlagIcon /> },
  dhcp: { colour: 'teal', icon: <NetworkIcon /> },
  proxydhcp: { colour: 'teal', icon: <NetworkIcon /> },
  tftp: { colour: 'orange', icon: <DownloadIcon /> },
  http: { colour: 'blue', icon: <GlobeIcon /> },
  bmc: { colour: 'orangered', icon: <MicrochipIcon /> },
  agent: { colour: 'green', icon: <RobotIcon /> },
  'cloud-init': { colour: 'yellow', icon: <CloudIcon /> },
  api: { colour: 'grey', icon: <UserIcon /> },
  console: { colour: 'grey', icon: <TerminalIcon /> },
};

const UNKNOWN = { colour: 'grey' as Colour, icon: <FlagIcon /> };

/** Rows beyond this are drawn only when asked for; the browser skips those out of sight. */
const FIRST_ROWS = 1_000;

/** So close to the end counts as at the end. */
const AT_END_PX = 24;

export function Timeline({ timeline, machine }: { timeline: TimelineState; machine: string }) {
  const [only, setOnly] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const [rows, setRows] = useState(FIRST_ROWS);
  const deferredSearch = useDeferredValue(search);
  const { entries, error, loading, retry } = timeline;
  const found = useMemo(
    () => filterEntries(entries, only, deferredSearch),
    [entries, only, deferredSearch],
  );
  const shown = found.length > rows ? found.slice(found.length - rows) : found;
  const scroll = useFollow(found.length);

  return (
    <div className="rs-timeline">
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent alignItems="center">
          <ToolbarItem>
            <Sources entries={entries} only={only} onChange={setOnly} />
          </ToolbarItem>
          <ToolbarItem className="rs-find">
            <SearchInput
              placeholder={t.search}
              aria-label={t.search}
              value={search}
              onChange={(_event, value) => setSearch(value)}
              onClear={() => setSearch('')}
            />
          </ToolbarItem>
          <ToolbarItem alignSelf="center" className="rs-message">
            {t.count(found.length, entries.length)}
          </ToolbarItem>
          <ToolbarItem align={{ default: 'alignEnd' }} alignSelf="center">
            <Switch
              id="timeline-follow"
              label={t.follow}
              aria-label={t.followHint}
              isChecked={scroll.follow}
              onChange={(_event, on) => scroll.setFollow(on)}
            />
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {error === '' ? null : (
        <Alert
          isInline
          variant="danger"
          title={t.failed(error)}
          actionLinks={<AlertActionLink onClick={retry}>{t.tryAgain}</AlertActionLink>}
        />
      )}
      {found.length === 0 ? (
        <EmptyState
          variant="sm"
          headingLevel="h2"
          icon={loading ? Spinner : undefined}
          titleText={loading ? texts.link.connecting : entries.length === 0 ? t.empty : t.nothingFound}
        />
      ) : (
        <div className="rs-log-frame">
          <div
            className="rs-log"
            ref={scroll.box}
            onScroll={scroll.onScroll}
            role="log"
            aria-live="off"
            aria-label={t.title}
            tabIndex={0}
          >
            {shown.length < found.length ? (
              <Button variant="link" isInline onClick={() => setRows(rows + 5 * FIRST_ROWS)}>
                {t.earlier(found.length - shown.length)}
              </Button>
            ) : null}
            {shown.map((entry, i) => (
              <Row key={entry.id} entry={entry} before={shown[i - 1]} machine={machine} />
            ))}
          </div>
          {!scroll.follow && scroll.missed > 0 ? (
            <Button
              className="rs-jump"
              icon={<ArrowDownIcon />}
              onClick={() => scroll.setFollow(true)}
            >
              {t.newBelow(scroll.missed)}
            </Button>
          ) : null}
        </div>
      )}
    </div>
  );
}

/** Stays at the end while following; scrolling up pauses it, scrolling to the end goes on. */
function useFollow(length: number) {
  const box = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(true);
  const [seen, setSeen] = useState(0);
  // scrolling done here is not the reader's: only moving upwards pauses
  const lastTop = useRef(0);
  useLayoutEffect(() => {
    if (follow && box.current !== null) {
      box.current.scrollTop = box.current.scrollHeight;
      lastTop.current = box.current.scrollTop;
      setSeen(length);
    }
  }, [follow, length]);
  const onScroll = () => {
    const element = box.current;
    if (element === null) {
      return;
    }
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
    if (atEnd) {
      setFollow(true);
      setSeen(length);
    } else if (element.scrollTop < lastTop.current - 2) {
      setFollow(false);
    }
    lastTop.current = element.scrollTop;
  };
  return { box, follow, setFollow, onScroll, missed: Math.max(0, length - seen) };
}

function Sources(props: {
  entries: readonly Entry[];
  only: ReadonlySet<string>;
  onChange: (only: ReadonlySet<string>) => void;
}) {
  const counts = new Map<string, number>();
  for (const entry of props.entries) {
    counts.set(entry.source, (counts.get(entry.source) ?? 0) + 1);
  }
  const order = Object.keys(SOURCES);
  const place = (source: string) => (order.indexOf(source) + order.length) % order.length;
  const present = [...counts.keys()].sort((a, b) => place(a) - place(b));
  return (
    <ToggleGroup aria-label={t.filter} isCompact>
      {present.map((source) => (
        <ToggleGroupItem
          key={source}
          text={`${t.sources[source] ?? source} ${counts.get(source)}`}
          icon={(SOURCES[source] ?? UNKNOWN).icon}
          isSelected={props.only.has(source)}
          onChange={(_event, on) => {
            const only = new Set(props.only);
            if (on) {
              only.add(source);
            } else {
              only.delete(source);
            }
            props.onChange(only);
          }}
        />
      ))}
    </ToggleGroup>
  );
}

interface RowProps {
  entry: Entry;
  before: Entry | undefined;
  machine: string;
}

const Row = memo(function Row({ entry, before, machine }: RowProps) {
  const actor = actorName(entry.actor ?? '', machine);
  const { colour, icon } = SOURCES[entry.source] ?? UNKNOWN;
  const newDay = day(entry.at) !== (before === undefined ? '' : day(before.at));
  return (
    <>
      {newDay ? <div className="rs-day">{day(entry.at)}</div> : null}
      <div className={`rs-entry rs-entry-${entry.source === 'state' ? 'state' : 'plain'}`}>
        <time dateTime={entry.at}>{clockTime(entry.at)}</time>
        <span className="rs-delta">
          {before === undefined ? '' : delta(Date.parse(entry.at) - Date.parse(before.at))}
        </span>
        <span>
          <Label isCompact color={colour} icon={icon}>
            {t.sources[entry.source] ?? entry.source}
          </Label>
        </span>
        <span className={entry.source === 'console' ? 'rs-text rs-mono' : 'rs-text'}>
          {entry.text}
        </span>
        <span className="rs-why">
          {entry.rule ? <span title={t.rule}>{entry.rule}</span> : null}
          {actor ? (
            <span className="rs-actor" title={t.actor}>
              {actor}
            </span>
          ) : null}
        </span>
      </div>
    </>
  );
});
