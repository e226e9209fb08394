import { type CarrierAccess, waitRequestedBy } from '../contract/pull.ts';

/**
 * Access to the built-in sandbox, which a `sandbox` account calls; this carrier has no public
 * servers. The origin is a name that nobody can register (RFC 2606), so that a misdirected call
 * reaches no one.
 */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'Any text', secret: true, required: true }],
  origins: { production: 'https://sandbox.invalid', test: null },
  headers: ({ api_key: key = '' }) => ({ 'x-api-key': key }),
  verify: {
    request: () => ({ method: 'GET', path: '/v1/parcels/EZ7000000007' }),
    read(answer) {
      const { status } = answer;
      if (status === 401) return { outcome: 'auth_error', reason: 'the key was refused (401)' };
      if (status === 429) {
        return {
          outcome: 'rate_limited',
          reason: 'too many calls (429)',
          ...waitRequestedBy(answer),
        };
      }
      if (status === 200 || status === 404) return { outcome: 'accepted' };
      return { outcome: 'error', reason: `answered ${status}` };
    },
  },
};
