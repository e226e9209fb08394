/** `14:05` of an instant, in `timeZone`; null: in the phone's own. */
export function clockOf(
  instant: string | number,
  language: string,
  timeZone: string | null,
): string {
  const at = new Date(instant);
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone === null ? {} : { timeZone }),
  }).format(at);
}

/** `Tuesday, 10 March, 14:05`. */
export function dayAndClockOf(
  instant: string | number,
  language: string,
  timeZone: string | null,
): string {
  const at = new Date(instant);
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone === null ? {} : { timeZone }),
  }).format(at);
}
