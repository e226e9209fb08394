import { xmlOrNull } from '../../kernel/wire/xml.ts';
import type { CarrierAccess, CarrierCall, HttpAnswer } from '../sdk.ts';
import { failureOfMessages, failureOfStatus, THROTTLED_S } from './errors.ts';
import { readOffices } from './schema.ts';

/** HTTP Basic with the two halves of an API key. Development keys work at the test host only. */
export const access: CarrierAccess = {
  credentials: [
    { name: 'username', label: 'API key: username', secret: false, required: true },
    { name: 'password', label: 'API key: password', secret: true, required: true },
  ],
  origins: {
    production: 'https://soa-gw.canadapost.ca',
    test: 'https://ct.soa-gw.canadapost.ca',
  },
  headers: ({ username = '', password = '' }) => ({
    authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`,
  }),
  verify: {
    // Post offices have the highest limit; the postal code is that of the carrier's own head
    // office.
    request: () => nearestOffices('postalCode=K1A0B1&maximum=1'),
    read: readVerdict,
  },
};

/**
 * The call that finds post offices. The media type must be exact: a `*` is answered with an error.
 */
export function nearestOffices(where: string): CarrierCall {
  return {
    method: 'GET',
    path: `/rs/postoffice?d2po=true&${where}`,
    headers: { accept: 'application/vnd.cpc.postoffice+xml', 'accept-language': 'en-CA' },
  };
}

/** A call of the tracking service. It also returns proofs, with the same media type. */
export function trackingCall(path: string): CarrierCall {
  return {
    method: 'GET',
    path,
    headers: { accept: 'application/vnd.cpc.track-v2+xml', 'accept-language': 'en-CA' },
  };
}

function readVerdict({
  status,
  text,
}: HttpAnswer): ReturnType<NonNullable<CarrierAccess['verify']>['read']> {
  const root = xmlOrNull(text);
  const failure = failureOfMessages(root);
  if (failure === null && status === 200 && readOffices(root) !== null) {
    return { outcome: 'accepted' };
  }
  const { outcome, reason } = failure ??
    failureOfStatus(status) ?? { outcome: 'error', reason: 'neither post offices nor a message' };
  if (outcome === 'auth_error') return { outcome, reason };
  if (outcome === 'rate_limited') return { outcome, reason, retryAfterS: THROTTLED_S };
  // With any other message, the carrier knows the account.
  return failure === null ? { outcome: 'error', reason } : { outcome: 'accepted' };
}
