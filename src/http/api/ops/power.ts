import type { IncomingMessage } from 'node:http';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { type ApiKey, type OperatorPower, powerOfScopes } from '../../../merchants/index.ts';
import type { Permit } from '../../kit/merchant-route.ts';
import type { IsLocal } from './loopback.ts';

/**
 * The key's rights for this request. The bootstrap key is an operator's on the machine itself and a
 * merchant's anywhere else: a shop's server may have it.
 */
export function powerOf(
  key: ApiKey,
  request: IncomingMessage,
  isLocal: IsLocal,
): OperatorPower | null {
  return key.bootstrap && isLocal(request) ? 'write' : powerOfScopes(key.scopes);
}

/** The check before every operators' operation. */
export function permitOperators(isLocal: IsLocal): Permit {
  return (key, scope, request) => {
    const power = powerOf(key, request, isLocal);
    if (power === 'write' || (power === 'read' && scope === 'ops:read')) return;
    throw forbidden(key, scope, power);
  };
}

function forbidden(key: ApiKey, scope: string, power: OperatorPower | null): Problem {
  if (power === 'read') {
    return refusal({ 'mappings.keyIsReadOnly': { scope } }, 'mappings.createWriteKey');
  }
  if (key.bootstrap) {
    return refusal('mappings.bootstrapKeyLocalOnly', 'mappings.useLoopbackOrKey');
  }
  return refusal({ 'mappings.operatorScopeRequired': { scope } }, 'mappings.useOperatorKey');
}

function refusal(reason: ErrorText, fix: ErrorText): Problem {
  return new Problem(
    'forbidden',
    { 'values.reasonAndFix': { reason: { text: reason }, fix: { text: fix } } },
    {
      errors: [{ pointer: 'Authorization', reason, fix }],
    },
  );
}
