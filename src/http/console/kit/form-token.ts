import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { csrfOf, isCsrfOf } from './sign-in-cookie.ts';

/**
 * The token a form of the desk must repeat: it identifies the session, and the merchant and mode of
 * its page. Another tab may have switched since. Pure.
 */
export function formTokenOf(session: string, { merchantId, mode }: Tenant): string {
  return `${csrfOf(session)}.${csrfOf(`${session} ${merchantId} ${mode}`)}`;
}

/** Whether the form belongs to this session, for any merchant and mode. Pure. */
export function isSessionsForm(session: string, offered: string | null): boolean {
  return isCsrfOf(session, partsOf(offered)[0]);
}

/** Whether this session's form was made for this merchant and mode. Pure. */
export function isTenantsForm(
  session: string,
  { merchantId, mode }: Tenant,
  offered: string | null,
): boolean {
  return isCsrfOf(`${session} ${merchantId} ${mode}`, partsOf(offered)[1]);
}

/** The error for a form that {@link isSessionsForm} rejects. */
export function otherSession(): Problem {
  return new Problem('forbidden', 'operators.formFromOtherSession', {
    fix: 'desk.reopenAndRepeat',
  });
}

function partsOf(offered: string | null): readonly [string, string] {
  const [ofSession = '', ofTenant = ''] = (offered ?? '').split('.', 2);
  return [ofSession, ofTenant];
}
