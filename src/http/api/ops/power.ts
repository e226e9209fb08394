import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import type { ApiKey } from '../../../merchants/index.ts';
import type { Permit } from '../../kit/merchant-route.ts';
import type { IsLocal } from './loopback.ts';

/** A key's rights on the operators' side; `write` includes `read`. */
export type Power = 'read' | 'write';

/**
 * The key's rights for this request. The bootstrap key is an operator's on the machine itself and a
 * merchant's anywhere else: a shop's server may have it.
 */
export function powerOf(key: ApiKey, request: IncomingMessage, isLocal: IsLocal): Power | null {
  if (key.scopes.includes('ops:write')) return 'write';
  if (key.bootstrap && isLocal(request)) return 'write';
  return key.scopes.includes('ops:read') ? 'read' : null;
}

/** The check before every operators' operation. */
export function permitOperators(isLocal: IsLocal): Permit {
  return (key, scope, request) => {
    const power = powerOf(key, request, isLocal);
    if (power === 'write' || (power === 'read' && scope === 'ops:read')) return;
    throw forbidden(key, scope, power);
  };
}

function forbidden(key: ApiKey, scope: string, power: Power | null): Problem {
  if (power === 'read') {
    return refusal(
      `This needs the scope ${scope}; the key is read-only.`,
      'Create one that may write: waybill keys create --ops.',
    );
  }
  if (key.bootstrap) {
    return refusal(
      'The bootstrap key has operator access only on the machine itself, without a proxy. If WAYBILL_PUBLIC_URL names another host, WAYBILL_TRUSTED_PROXIES must be set as well.',
      "Call it on loopback, or create an operator's key: waybill keys create --ops.",
    );
  }
  return refusal(
    `This needs the scope ${scope}. No merchant's key has it, not even one with the scope admin.`,
    "Use an operator's key: waybill keys create --ops, or --ops-read for read-only access.",
  );
}

function refusal(reason: string, fix: string): Problem {
  return new Problem('forbidden', `${reason} ${fix}`, {
    errors: [{ pointer: 'Authorization', reason, fix }],
  });
}
