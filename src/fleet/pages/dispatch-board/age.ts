import { numberFormat } from '../../../kernel/time/formatters.ts';
/** Writes how long something has lasted, at least a minute, so that it is read at a glance. Pure. */
export function ageOf(locale: string, nowMs: number, sinceMs: number): string {
  return inMinutes(locale, Math.max(1, Math.round((nowMs - sinceMs) / 60_000)));
}

/** Writes seconds as whole seconds, minutes or hours. Pure. */
export function lengthOf(locale: string, seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? inUnit(locale, whole, 'second') : inMinutes(locale, Math.round(whole / 60));
}

/** Writes minutes, or from 90 on hours. Pure. */
export function inMinutes(locale: string, minutes: number): string {
  return minutes < 90
    ? inUnit(locale, minutes, 'minute')
    : inUnit(locale, Math.round(minutes / 60), 'hour');
}

function inUnit(locale: string, count: number, unit: 'second' | 'minute' | 'hour'): string {
  const text = numberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
  // English texts of the console write “h”.
  return text.replace(/ hrs?$/, ' h');
}
