import type { Entry, Phase } from '../api/types';

/** A machine's timeline may grow for months: the page keeps its newest part. */
export const KEEP = 20_000;

/** As times, not as text: one may have milliseconds and the next none. Then as they were logged. */
function byTime(a: Entry, b: Entry): number {
  return Date.parse(a.at) - Date.parse(b.at) || Number(a.id) - Number(b.id) || 0;
}

/** Entries by time, each once. What comes by the feed and what is read by cursor overlap. */
export function mergeEntries(have: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  if (more.length === 0) {
    return have;
  }
  const known = new Set(have.map((entry) => entry.id));
  const fresh = more.filter((entry) => !known.has(entry.id) && known.add(entry.id));
  if (fresh.length === 0) {
    return have;
  }
  const all = [...have, ...fresh];
  const last = have[have.length - 1];
  const inOrder =
    fresh.every((entry, i) => i === 0 || byTime(fresh[i - 1]!, entry) <= 0) &&
    (last === undefined || byTime(last, fresh[0]!) <= 0);
  if (!inOrder) {
    all.sort(byTime);
  }
  return all.length > KEEP ? all.slice(all.length - KEEP) : all;
}

/** People by name; that a machine's own agent or the appliance speaks need not be said each time. */
export function actorName(actor: string, machine: string): string {
  return actor === `agent:${machine}` || actor.startsWith('appliance:')
    ? ''
    : actor.replace(/^(user|system):/, '');
}

/** Only these sources, or all when none is named; and every word somewhere in the entry. */
export function filterEntries(
  entries: readonly Entry[],
  only: ReadonlySet<string>,
  search: string,
): readonly Entry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (only.size === 0 && words.length === 0) {
    return entries;
  }
  return entries.filter((entry) => {
    if (only.size > 0 && !only.has(entry.source)) {
      return false;
    }
    const text = `${entry.text}\n${entry.rule ?? ''}\n${entry.actor ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export const PHASES = ['firmware', 'dhcp', 'loader', 'kernel', 'agent', 'image', 'first-boot'];

export interface Boot {
  start: number;
  seconds: number;
  phases: { name: string; offset: number; seconds: number }[];
}

/** A phase that goes on after so short a pause is the same one. */
const SAME_PHASE_S = 5;

/** What a boot begins with; the agent may well go on after the image. */
const STARTS = new Set(['firmware', 'dhcp']);

/** Whatever comes after so long a pause belongs to another boot. */
const NEW_BOOT_S = 900;

/** What is told of the last phase ends with the last entry: while the machine is busy it goes on. */
export function goingOn(phases: readonly Phase[], since: string, second: number): readonly Phase[] {
  const last = phases[phases.length - 1];
  if (last === undefined) {
    return phases;
  }
  const start = Date.parse(last.start) / 1000;
  const begun = Date.parse(since) / 1000;
  // one that had ended when this state began stays as it is
  return start >= begun || start + last.seconds > begun + 1
    ? [...phases.slice(0, -1), { ...last, seconds: Math.max(last.seconds, second - start) }]
    : phases;
}

/** Phases in the order of time, cut where a machine began anew. */
export function boots(phases: readonly Phase[]): Boot[] {
  const sorted = [...phases]
    .map((phase) => ({ ...phase, at: Date.parse(phase.start) }))
    .filter((phase) => !Number.isNaN(phase.at))
    .sort((a, b) => a.at - b.at || PHASES.indexOf(a.name) - PHASES.indexOf(b.name));
  const out: Boot[] = [];
  let rank = Number.POSITIVE_INFINITY;
  for (const phase of sorted) {
    const place = PHASES.indexOf(phase.name);
    let boot = out[out.length - 1];
    const seconds = Math.max(0, phase.seconds);
    const last = boot?.phases[boot.phases.length - 1];
    if (boot !== undefined && last?.name === phase.name) {
      const offset = (phase.at - boot.start) / 1000;
      if (offset - last.offset - last.seconds < SAME_PHASE_S) {
        last.seconds = Math.max(last.seconds, offset + seconds - last.offset);
        boot.seconds = Math.max(boot.seconds, last.offset + last.seconds);
        continue;
      }
    }
    const pause = boot === undefined ? 0 : (phase.at - boot.start) / 1000 - boot.seconds;
    if (boot === undefined || (STARTS.has(phase.name) && place <= rank) || pause > NEW_BOOT_S) {
      boot = { start: phase.at, seconds: 0, phases: [] };
      out.push(boot);
    }
    rank = place >= 0 ? place : rank;
    const offset = (phase.at - boot.start) / 1000;
    boot.phases.push({ name: phase.name, offset, seconds });
    boot.seconds = Math.max(boot.seconds, offset + seconds);
  }
  return out;
}
