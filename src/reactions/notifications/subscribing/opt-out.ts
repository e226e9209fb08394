import type { SubscriptionChannel } from '../contract.ts';
import { hashAddress, plainestAddress } from '../people/addresses.ts';

/**
 * The hash of an address in its plainest spelling, in hex. Limits and opt-outs use it, so that they
 * apply to every spelling.
 */
export function personHash(key: Uint8Array, channel: SubscriptionChannel, address: string): string {
  return hashAddress(key, channel, plainestAddress(channel, address));
}

const LETTERS: Readonly<Record<SubscriptionChannel, string>> = { email: 'e', sms: 's', push: 'p' };

/** The subject of a link by which an address opts out of being asked again. */
export function optOutSubject(channel: SubscriptionChannel, hash: string): string {
  return `${LETTERS[channel]}_${hash}`;
}

export interface OptOut {
  readonly channel: SubscriptionChannel;
  readonly hash: string;
}

/** Reads the subject of an opt-out link; null: it is no such subject. */
export function readOptOut(subject: string): OptOut | null {
  const [, letter, hash] = /^([esp])_([0-9a-f]{32})$/.exec(subject) ?? [];
  const channel = (['email', 'sms', 'push'] as const).find((each) => LETTERS[each] === letter);
  return channel === undefined || hash === undefined ? null : { channel, hash };
}

/**
 * The subject of a link to preferences: the address's preferences with a merchant, and whether the
 * message with the link named that merchant. If it did not, the page does not name the merchant
 * either, because its reader may be waiting for another merchant's parcel.
 */
export function preferencesSubject(preferenceId: string, isNamed: boolean): string {
  return isNamed ? `${preferenceId}${NAMED}` : preferenceId;
}

/** Reads the subject of a link to preferences. */
export function readPreferencesSubject(subject: string): {
  readonly preferenceId: string;
  readonly isNamed: boolean;
} {
  const isNamed = subject.endsWith(NAMED);
  return { preferenceId: isNamed ? subject.slice(0, -NAMED.length) : subject, isNamed };
}

const NAMED = '_n';
