import type { AccountChange } from '../accounts/events.ts';
import { type ChangePushDeps, changePush } from './change-push.ts';
import { evidenceOf, type PulledFacts, withEvidence } from './push-health.ts';

/**
 * Updates the push health from the results of one call. Returns whether it has changed, so that the
 * targets' push coverage has to be updated.
 */
export async function watchPush(
  deps: ChangePushDeps,
  account: AccountChange['account'],
  pulled: readonly PulledFacts[],
): Promise<boolean> {
  const nowMs = deps.clock.nowMs();
  const evidence = pulled.map((each) => evidenceOf(each, nowMs));
  if (evidence.every((each) => each === 'nothing')) return false;
  return changePush(deps, account, {
    decide: (before) => withEvidence(before, evidence, nowMs),
    reasonOf: (after) =>
      after === 'silent'
        ? 'consecutive polls found updates that no webhook had reported'
        : 'polls found only what webhooks had already reported',
  });
}
