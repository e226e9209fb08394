import type { CarrierAccess } from '../contract-pull.ts';

/**
 * It has no servers out there: a `sandbox` account is asked at the built-in sandbox. The origin is
 * a name that nobody can register (RFC 2606), so that a call which went astray reaches no one.
 */
export const access: CarrierAccess = {
  credentials: [{ name: 'api_key', label: 'Any text', secret: true, required: true }],
  origins: { production: 'https://sandbox.invalid', test: null },
  headers: ({ api_key: key = '' }) => ({ 'x-api-key': key }),
};
