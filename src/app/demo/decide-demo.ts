import type { DemoState } from '../../merchants/index.ts';
import type { Config } from '../../platform/settings/config.ts';

/** What a start does about the demo history; null: nothing. */
export type DemoDecision = 'make' | 'remove' | null;

/**
 * Decides at a start whether there is to be a demo history: on the very first start of a hub that
 * somebody tries out, or on request. Pure.
 */
export function decideDemo(
  config: Pick<Config, 'demo' | 'sandbox' | 'bootstrapKey' | 'databaseUrl'>,
  { isFirstStart, state }: { readonly isFirstStart: boolean; readonly state: DemoState | null },
): DemoDecision {
  if (config.demo === 'off') return state === null ? null : 'remove';
  if (state !== null) return null;
  if (config.demo === 'on') return 'make';
  const isTrial = config.sandbox && config.bootstrapKey === null && config.databaseUrl === null;
  return isFirstStart && isTrial ? 'make' : null;
}
