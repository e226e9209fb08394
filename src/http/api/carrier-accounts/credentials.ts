import type { CarrierAdapter, Credentials } from '../../../adapters/index.ts';
import type { AccountEnvironment } from '../../../intake/index.ts';
import type { ErrorItem, ErrorText, Problem } from '../../../kernel/errors.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { invalidMember, invalidMembers } from '../../kit/validation.ts';

/**
 * Rejects credentials the carrier does not use, and missing ones: each with its pointer, so that a
 * form can show the error beside the field. Values are never repeated. No credentials at all are
 * valid: the account is then for pushes only.
 */
export function checkCredentials(adapter: CarrierAdapter, credentials: Credentials): void {
  const names = Object.keys(credentials);
  if (names.length === 0) return;
  const { access, manifest } = adapter;
  if (access === undefined) {
    throw invalidMember(
      '/credentials',
      { 'accounts.pollingUnavailable': { displayName: manifest.displayName } },
      'accounts.omitField',
    );
  }
  const fields = access.credentials;
  const known = fields.map(({ name }) => name);
  const errors: ErrorItem[] = [
    ...names
      .filter((name) => !known.includes(name))
      .map(
        (name): ErrorItem => ({
          pointer: `/credentials/${name}`,
          reason: { 'accounts.unknownCredential': { displayName: manifest.displayName } },
          fix: { 'accounts.sendKnownCredentials': { known: known.join(', ') } },
        }),
      ),
    ...fields
      .filter(({ name, required }) => required && !names.includes(name))
      .map(
        ({ name, label }): ErrorItem => ({
          pointer: `/credentials/${name}`,
          reason: 'values.missing',
          fix: { 'accounts.sendNamedCredential': { displayName: manifest.displayName, label } },
        }),
      ),
  ];
  if (errors.length > 0) throw invalidMembers(errors);
}

/**
 * The carrier's system the account uses. Live and test are separate: a live key uses the real
 * system, a test key never does.
 */
export function environmentOf(
  adapter: CarrierAdapter,
  mode: Mode,
  wanted: AccountEnvironment | undefined,
): AccountEnvironment {
  const hasTestSystem = adapter.access?.origins.test != null;
  if (mode === 'live') {
    if (wanted === undefined || wanted === 'production') return 'production';
    throw refused('accounts.liveKeyProductionOnly', 'accounts.omitField');
  }
  if (wanted === undefined) return hasTestSystem ? 'carrier_test' : 'sandbox';
  if (wanted === 'production') {
    throw refused(
      'accounts.productionNeedsLiveKey',
      hasTestSystem ? 'accounts.useTestEnvironment' : SANDBOX,
    );
  }
  if (wanted === 'carrier_test' && !hasTestSystem) {
    throw refused(
      { 'accounts.noKnownTestSystem': { displayName: adapter.manifest.displayName } },
      SANDBOX,
    );
  }
  return wanted;
}

const SANDBOX = 'accounts.useSandbox';

function refused(reason: ErrorText, fix: ErrorText): Problem {
  return invalidMember('/environment', reason, fix);
}
