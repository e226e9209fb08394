import type { CarrierAdapter, Credentials } from '../../../adapters/index.ts';
import type { AccountEnvironment } from '../../../intake/index.ts';
import { type ErrorItem, Problem } from '../../../kernel/errors.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { invalidMember } from '../../kit/validation.ts';

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
      `This installation cannot poll ${manifest.displayName}.`,
      'Omit it.',
    );
  }
  const fields = access.credentials;
  const known = fields.map(({ name }) => name);
  const errors: ErrorItem[] = [
    ...names
      .filter((name) => !known.includes(name))
      .map((name) => ({
        pointer: `/credentials/${name}`,
        reason: `${manifest.displayName} has no credential of that name.`,
        fix: `Send ${known.join(', ')}.`,
      })),
    ...fields
      .filter(({ name, required }) => required && !names.includes(name))
      .map(({ name, label }) => ({
        pointer: `/credentials/${name}`,
        reason: 'Missing.',
        fix: `Send the value that ${manifest.displayName} calls ${label}.`,
      })),
  ];
  const [first] = errors;
  if (first === undefined) return;
  throw new Problem('invalid', `${first.pointer}: ${first.reason}`, { errors });
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
    throw refused('A live key uses the production system only.', 'Omit it.');
  }
  if (wanted === undefined) return hasTestSystem ? 'carrier_test' : 'sandbox';
  if (wanted === 'production') {
    throw refused(
      'A test key never uses the production system.',
      hasTestSystem ? 'Send carrier_test or sandbox, or use a live key.' : SANDBOX,
    );
  }
  if (wanted === 'carrier_test' && !hasTestSystem) {
    throw refused(`${adapter.manifest.displayName} has no known test system.`, SANDBOX);
  }
  return wanted;
}

const SANDBOX = 'Send sandbox, or use a live key.';

function refused(reason: string, fix: string): Problem {
  return invalidMember('/environment', reason, fix);
}
