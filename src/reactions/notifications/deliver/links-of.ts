import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { type LinkPurpose, signLink } from '../../../platform/sealing/signed-links.ts';
import type { RenderLinks } from '../contract.ts';
import { selfServiceSubject } from '../people/self-service-link.ts';
import { preferencesSubject } from '../subscribing/preferences-link.ts';
import type { Outgoing } from './outbox.sql.ts';

const DAY_S = 86_400;
/** Until a parcel has long arrived, returned or been given up. */
const SELF_SERVICE_S = 30 * DAY_S;
/** A mail is read late, and to be rid of us must be possible then too. */
const UNSUBSCRIBE_S = 400 * DAY_S;
const PREFERENCES_S = 90 * DAY_S;
/** The right to notify is asked for once; who comes later asks again. */
export const CONFIRM_S = 2 * DAY_S;
/** A code is entered on the page where it was asked for, whose reader waits for it. */
export const CODE_S = 15 * 60;

export interface LinkParts {
  readonly keyring: Keyring;
  readonly publicUrl: string;
  readonly nowMs: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  /** The address it is sent to; personal links are good for whoever has it. */
  readonly to: string;
  /** Of the address with this merchant; null for the merchant itself. */
  readonly preferenceId: string | null;
  /** The message is in the merchant's name, so the page of preferences may say it. */
  readonly branded: boolean;
  /** What the address is left alone by; null for all but the question whether it wants to be notified. */
  readonly optOut: string | null;
}

/** The addresses a message names. What lets its holder act goes to the recipient alone. */
export function linksOf(outgoing: Outgoing, parts: LinkParts): RenderLinks {
  const { keyring, publicUrl, nowMs, preferenceId } = parts;
  const { audience, subscriptionId } = outgoing;
  const sign = (purpose: LinkPurpose, subject: string, forS: number): string => {
    const expiresAtS = Math.floor(nowMs / 1_000) + forS;
    return encodeURIComponent(signLink(keyring, { purpose, subject, expiresAtS }));
  };
  const names = [parts.carrier, parts.trackingNumber].map(encodeURIComponent);
  const trackUrl = `${publicUrl}/track/${names.join('/')}`;
  if (outgoing.milestone === 'confirm_subscription') {
    const token = sign('confirm_subscription', subscriptionId ?? '', CONFIRM_S);
    const actionUrl = `${publicUrl}/subscriptions/confirm?t=${token}`;
    const unsubscribeUrl =
      parts.optOut && `${publicUrl}/unsubscribe?t=${sign('opt_out', parts.optOut, UNSUBSCRIBE_S)}`;
    return { trackUrl, actionUrl, unsubscribeUrl, preferencesUrl: null };
  }
  const personal = selfServiceSubject(keyring, outgoing.shipmentId, parts.to);
  const unsubscribe =
    audience === 'subscribers' ? `s_${subscriptionId}` : preferenceId && `r_${preferenceId}`;
  return {
    trackUrl,
    actionUrl:
      audience === 'recipient'
        ? `${trackUrl}?t=${sign('self_service', personal, SELF_SERVICE_S)}`
        : null,
    unsubscribeUrl: unsubscribe
      ? `${publicUrl}/unsubscribe?t=${sign('unsubscribe', unsubscribe, UNSUBSCRIBE_S)}`
      : null,
    preferencesUrl: preferenceId
      ? `${publicUrl}/preferences?t=${sign('preferences', preferencesSubject(preferenceId, parts.branded), PREFERENCES_S)}`
      : null,
  };
}
