import { Problem } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { csrfOf, isCsrfOf } from '../console/sign-in-cookie.ts';

/**
 * What a form of the desk must repeat: whose session it is of, and for which merchant and mode its
 * page was made. In another tab somebody may have switched since. Pure.
 */
export function formTokenOf(session: string, { merchantId, mode }: Tenant): string {
  return `${csrfOf(session)}.${csrfOf(`${session} ${merchantId} ${mode}`)}`;
}

/** Whether the form is of this session, for whichever merchant and mode. Pure. */
export function isSessionsForm(session: string, offered: string | null): boolean {
  return isCsrfOf(session, partsOf(offered)[0]);
}

/** Whether the form of this session was made for this merchant and mode. Pure. */
export function isTenantsForm(
  session: string,
  { merchantId, mode }: Tenant,
  offered: string | null,
): boolean {
  return isCsrfOf(`${session} ${merchantId} ${mode}`, partsOf(offered)[1]);
}

/** Why a form does nothing that {@link isSessionsForm} refuses. */
export function otherSession(): Problem {
  return new Problem('forbidden', 'This form is no longer valid: it belongs to another session.', {
    fix: 'Open the page again and repeat what you did.',
  });
}

function partsOf(offered: string | null): readonly [string, string] {
  const [ofSession = '', ofTenant = ''] = (offered ?? '').split('.', 2);
  return [ofSession, ofTenant];
}
