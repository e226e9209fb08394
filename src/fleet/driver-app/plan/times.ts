/** Formats the time of an instant, such as `14:05`. A null `timeZone` is the phone's own. */
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

/** Formats an instant as day and time, such as `Tuesday, 10 March, 14:05`. */
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

/** The app's texts in one language, by `section.name`. */
export type Texts = Readonly<Record<string, string>>;

export type Say = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/**
 * Returns a function that looks up a text and inserts values literally. A key without a text is
 * shown as it is.
 */
export function sayer(texts: Texts): Say {
  return (key, values = {}) =>
    (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, place: string) =>
      String(values[place] ?? whole),
    );
}

/** The first of the reader's languages that is available; otherwise the first available one. */
export function chooseLanguage(wanted: readonly string[], available: readonly string[]): string {
  const tags = wanted.flatMap((tag) => [tag.toLowerCase(), tag.slice(0, 2).toLowerCase()]);
  const found = tags.map((tag) => available.find((each) => each.toLowerCase() === tag));
  return found.find((each) => each !== undefined) ?? available[0] ?? 'en';
}
