import type { LengthUnit } from '../domain/model.ts';

const kilometresPerMile = 1.609344;
const numbers = new Intl.NumberFormat('en');
const days = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });
const currencies = new Intl.DisplayNames('en', { type: 'currency', fallback: 'code' });
const winds = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];

/** 3426354 as "3,426,354". */
export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** 1 and "city" as "1 city", 2 as "2 cities". */
export function formatCount(value: number, one: string, many: string): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`;
}

/** A distance as people say it: exact when near, round when far. */
export function formatDistance(kilometres: number, unit: LengthUnit): string {
  const length = unit === 'km' ? kilometres : kilometres / kilometresPerMile;
  return `${length < 10 ? length.toFixed(1) : formatNumber(Math.round(length))} ${unit}`;
}

/** A direction in degrees as one of eight winds. */
export function formatBearing(degrees: number): string {
  return winds[Math.round(degrees / 45) % winds.length] ?? '';
}

/** Coordinates in degrees and minutes: 52°31′ N, 13°25′ E. */
export function formatPosition({ lat, lon }: { readonly lat: number; readonly lon: number }): string {
  return `${formatAngle(lat, 'N', 'S')}, ${formatAngle(lon, 'E', 'W')}`;
}

function formatAngle(degrees: number, positive: string, negative: string): string {
  const minutes = Math.round(Math.abs(degrees) * 60);
  const rest = String(minutes % 60).padStart(2, '0');
  return `${Math.floor(minutes / 60)}°${rest}′ ${degrees < 0 ? negative : positive}`;
}

/** A currency code as its English name. */
export function formatCurrency(code: string): string {
  return currencies.of(code) ?? code;
}

/** Milliseconds since 1970 as a day. */
export function formatDay(instant: number): string {
  return days.format(instant);
}

/** A time span, from a fraction of a millisecond to days. */
export function formatSpan(milliseconds: number): string {
  if (milliseconds === 0) return 'under 1 ms';
  if (milliseconds < 10) return `${milliseconds.toFixed(Number.isInteger(milliseconds) ? 0 : 1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
