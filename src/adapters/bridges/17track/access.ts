import type { CarrierAccess, CarrierCall, HttpAnswer, VerifyOutcome } from '../../sdk.ts';
import { readAnswer } from './errors.ts';

/** The access key of the account, in a header. It also signs the pushes. */
export const access: CarrierAccess = {
  credentials: [{ name: 'access_key', label: 'Access key', secret: true, required: true }],
  origins: { production: 'https://api.17track.net', test: null },
  headers: ({ access_key = '' }) => ({ '17token': access_key }),
  verify: { request: () => apiCall('getquota', []), read: readVerdict },
};

/** A call of the API: every one is a POST of a list, whatever it does. */
export function apiCall(name: string, items: readonly object[]): CarrierCall {
  return { method: 'POST', path: `/track/v2.4/${name}`, body: { json: items } };
}

function readVerdict(answer: HttpAnswer): VerifyOutcome {
  const read = readAnswer({ kind: 'http', ...answer });
  if ('ok' in read) return { outcome: 'accepted' };
  const { outcome, ...rest } = read.failed;
  return outcome === 'unsent' ? { outcome: 'error', ...rest } : { outcome, ...rest };
}
