import { hashAddress, plainestAddress } from '../people/addresses.ts';
import type { SubscriptionChannel } from './subscriptions.sql.ts';

/** What an address is limited and left alone by, however it is spelled. Hex. */
export function personHash(key: Uint8Array, channel: SubscriptionChannel, address: string): string {
  return hashAddress(key, channel, plainestAddress(channel, address));
}

const LETTERS: Readonly<Record<SubscriptionChannel, string>> = { email: 'e', sms: 's', push: 'p' };

/** What a link names by which an address is never asked again. */
export function optOutSubject(channel: SubscriptionChannel, hash: string): string {
  return `${LETTERS[channel]}_${hash}`;
}

export interface OptOut {
  readonly channel: SubscriptionChannel;
  readonly hash: string;
}

/** Null: it is none. */
export function readOptOut(subject: string): OptOut | null {
  const [, letter, hash] = /^([esp])_([0-9a-f]{32})$/.exec(subject) ?? [];
  const channel = (['email', 'sms', 'push'] as const).find((each) => LETTERS[each] === letter);
  return channel === undefined || hash === undefined ? null : { channel, hash };
}

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
