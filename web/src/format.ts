// Numbers as people read them. Pure, so that tests can hold them to examples.

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

function scaled(value: number, step: number, units: string[]): string {
  let unit = 0;
  let rest = value;
  while (rest >= step && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  // 999.6 would be rounded into the next unit's step
  if (unit < units.length - 1 && Math.round(rest) >= step) {
    rest /= step;
    unit++;
  }
  const digits = unit === 0 || rest >= 100 ? 0 : 1;
  return `${rest.toFixed(digits).replace(/\.0$/, '')} ${units[unit]}`;
}

/** Disks are sold in powers of ten. */
export function diskSize(bytes: number): string {
  return scaled(Math.max(0, bytes), 1000, DECIMAL);
}

/** Memory comes in powers of two. */
export function memorySize(mib: number): string {
  return scaled(Math.max(0, mib) * 1024 * 1024, 1024, BINARY);
}

export function rate(bytesPerSecond: number): string {
  return `${diskSize(bytesPerSecond)}/s`;
}

/** `42 s`, `3 min 05 s`, `2 h 07 min`, `3 d 4 h`: two units at most. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) {
    return `${s} s`;
  }
  if (s < 3600) {
    return `${Math.floor(s / 60)} min ${pad(s % 60)} s`;
  }
  if (s < 86_400) {
    return `${Math.floor(s / 3600)} h ${pad(Math.floor(s / 60) % 60)} min`;
  }
  return `${Math.floor(s / 86_400)} d ${Math.floor(s / 3600) % 24} h`;
}

/** What is far off is told in one unit: it need not tick. */
export function roughDuration(seconds: number): string {
  return seconds < 300 ? duration(seconds) : (duration(seconds).match(/^\d+ \S+/)?.[0] ?? '');
}

/** A measured span: below ten seconds the tenths count. */
export function span(seconds: number): string {
  return seconds < 10 ? `${Math.max(0, seconds).toFixed(1)} s` : duration(Math.round(seconds));
}

/** The pause between two entries of a timeline; nothing below a millisecond. */
export function delta(ms: number): string {
  if (ms < 1) {
    return '';
  }
  return ms < 1000 ? `+${Math.round(ms)} ms` : `+${span(ms / 1000)}`;
}

export function percent(done: number, total: number): number {
  return total <= 0 ? 0 : Math.min(100, Math.max(0, (done / total) * 100));
}

/** Steps of a test run are counted, the bytes of an image are measured; no image is this small. */
export function counted(total: number): boolean {
  return total < 4096;
}

export function amount(value: number, total: number): string {
  return counted(total) ? String(value) : diskSize(value);
}

/** Seconds that remain at this rate, or null when that cannot be said. */
export function eta(done: number, total: number, perSecond: number): number | null {
  return perSecond > 0 && total > done ? (total - done) / perSecond : null;
}

/** Local wall-clock time with milliseconds. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${String(
        date.getMilliseconds(),
      ).padStart(3, '0')}`;
}

/** The local day, `2026-11-22`. */
export function day(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? ''
    : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
