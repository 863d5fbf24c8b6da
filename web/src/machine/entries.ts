import type { Entry, Phase } from '../api/types';

/** A machine's timeline may grow for months: the page keeps its newest part. */
export const KEEP = 20_000;

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
    fresh.every((entry, i) => i === 0 || fresh[i - 1]!.at <= entry.at) &&
    (last === undefined || last.at <= fresh[0]!.at);
  if (!inOrder) {
    // ISO times of one server compare as text; equal times stay in the order they came in
    all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }
  return all.length > KEEP ? all.slice(all.length - KEEP) : all;
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
const SAME_PHASE_S = 60;

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
    if (boot === undefined || (place >= 0 && place <= rank)) {
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
