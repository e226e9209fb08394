/**
 * What a link to preferences is about: what an address wants of a merchant, and whether the message
 * it came in named that merchant. A link from one that named nobody does not tell either, for its
 * reader may be waiting for another's parcel.
 */
export function preferencesSubject(preferenceId: string, isNamed: boolean): string {
  return isNamed ? `${preferenceId}${NAMED}` : preferenceId;
}

export function readPreferencesSubject(subject: string): {
  readonly preferenceId: string;
  readonly isNamed: boolean;
} {
  const isNamed = subject.endsWith(NAMED);
  return { preferenceId: isNamed ? subject.slice(0, -NAMED.length) : subject, isNamed };
}

const NAMED = '_n';
