import type { PolicyLine } from './types';

export const NEW_LINE: PolicyLine = {
  name: '',
  comment: '',
  enabled: true,
  on: 'enrolment',
  when: '',
  image: '',
  layout: '',
  network: '',
  role: '',
  target: '',
  owner: '',
  max: 0,
  schedule: '',
};

/** The line at `from` stands at `to` then; what cannot be moved stays. */
export function moved(lines: readonly PolicyLine[], from: number, to: number): PolicyLine[] {
  const next = [...lines];
  if (from < 0 || to < 0 || from >= next.length || to >= next.length) {
    return next;
  }
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

export function sameLines(a: readonly PolicyLine[], b: readonly PolicyLine[]): boolean {
  return JSON.stringify(a.map(ordered)) === JSON.stringify(b.map(ordered));
}

function ordered(line: PolicyLine): unknown[] {
  return (Object.keys(NEW_LINE) as (keyof PolicyLine)[]).map((key) => line[key]);
}

/** What a machine becomes by this line, in a few words. */
export function becoming(line: PolicyLine, words: { as: string; to: string; of: string }): string {
  return [
    line.image,
    line.role === '' ? '' : `${words.as} ${line.role}`,
    line.target === '' ? '' : `${words.to} ${line.target}`,
    line.owner === '' ? '' : `${words.of} ${line.owner}`,
  ]
    .filter(Boolean)
    .join(' ');
}
