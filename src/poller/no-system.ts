import type { PollingAccount } from '../intake/index.ts';
import type { ErrorText } from '../kernel/errors.ts';

/**
 * Returns why an account cannot make calls: its environment has no system behind it. Part of a
 * sentence.
 */
export function noSystem({ environment }: Pick<PollingAccount, 'environment'>): ErrorText {
  return { 'accounts.noSystem': { environment } };
}
