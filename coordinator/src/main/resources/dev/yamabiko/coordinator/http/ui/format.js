// Numbers and times as people read them; the API keeps every digit.

const NONE = '–';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const digits = new Map();

function fixed(value, places) {
  if (!digits.has(places)) {
    digits.set(places, new Intl.NumberFormat('en', { minimumFractionDigits: places, maximumFractionDigits: places }));
  }
  return digits.get(places).format(value);
}

const known = value => typeof value === 'number' && Number.isFinite(value);

/** "12,000" */
export const count = value => (known(value) ? whole.format(value) : NONE);

/** "3 workers", "1 worker" */
export const several = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Four significant digits: "0.06134", "3.1e-7". */
export function figure(value) {
  if (!known(value)) return NONE;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(2).replace('e+', 'e');
  return size >= 1000 ? whole.format(value) : String(Number(value.toPrecision(4)));
}

/** "98.40 %" */
export const percent = (value, places = 2) => (known(value) ? `${fixed(100 * value, places)} %` : NONE);

/** "4,305 samples/s" */
export const rate = value => (known(value) ? `${whole.format(value)} samples/s` : NONE);

/** "3.4 MB": decimal, as networks count. */
export function bytes(value) {
  if (!known(value)) return NONE;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 99.5 ? whole.format(size) : fixed(size, 1)} ${units[unit]}`;
}

/** A short while: "12.3 ms", "850 µs", "3.4 s", "2 min 05 s", "1 h 04 min". */
export function seconds(value) {
  if (!known(value)) return NONE;
  if (value < 0.0009995) return `${whole.format(value * 1e6)} µs`;
  if (value < 0.9995) return `${Number((value * 1e3).toPrecision(3))} ms`;
  if (value < 59.95) return `${fixed(value, 1)} s`;
  const s = Math.round(value);
  const two = part => String(part).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** Seconds that have passed, none where this clock is behind; null of what has not been yet. */
export const since = iso => (iso ? Math.max(0, Date.now() - Date.parse(iso)) / 1000 : null);

/** "3 min ago"; "just now" within 10 s, also where clocks differ a little. */
export function ago(iso, now = Date.now()) {
  if (!iso) return NONE;
  const passed = (now - Date.parse(iso)) / 1000;
  if (passed < 10) return 'just now';
  if (passed < 60) return `${Math.floor(passed / 10) * 10} s ago`;
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86_400) return `${Math.floor(passed / 3600)} h ago`;
  if (passed < 7 * 86_400) return `${Math.floor(passed / 86_400)} d ago`;
  return date(iso);
}

const date = iso => new Date(iso).toLocaleDateString('en', { year: 'numeric', month: 'short', day: 'numeric' });

/** "18:04:07" of the reader's day, "Nov 26, 2026, 18:04:07" of another. */
export function clock(iso, now = Date.now()) {
  const time = new Date(iso).toLocaleTimeString('en', { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return date(iso) === date(now) ? time : `${date(iso)}, ${time}`;
}

/** "924606442f80…": enough to compare by eye. */
export const hash = value => (value ? `${value.slice(0, 12)}…` : NONE);
