import { isDemoAccount } from '../../../intake/index.ts';
import type { Language } from '../../../kernel/language.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { listApiKeys, skippedSteps } from '../../../merchants/index.ts';
import { listEndpoints } from '../../../reactions/merchant-webhooks/index.ts';
import { nameOfCarrier } from '../settings/carrier-form.ts';
import { nameOfLook } from '../settings/look-form.ts';
import { ownSenders } from '../settings/sender-form.ts';
import type { DeskDeps } from '../visit.ts';
import { CARRIERS } from '../words/carriers.ts';
import { LOOK } from '../words/look.ts';
import { SENDER } from '../words/sender.ts';
import { WEBHOOKS } from '../words/settings/webhooks.ts';
import { SETUP } from '../words/setup.ts';
import { type SetupStep, STEPS } from './steps.ts';

export interface StepState {
  readonly name: SetupStep;
  readonly state: 'done' | 'skipped' | 'open';
  /** What there is by now, a line each; while there is nothing, why one would do it. */
  readonly says: readonly string[];
}

/** Lines of what there is; empty: nothing yet. */
type Found = readonly string[];

/** Of the merchant in the mode that is looked at; keys are those of live mode. */
export async function readSetup(
  deps: DeskDeps,
  tenant: Tenant,
  language: Language,
): Promise<readonly StepState[]> {
  const skipped = await skippedSteps(deps.members.db.pipeline, tenant.merchantId);
  const states: StepState[] = [];
  for (const { name } of STEPS) {
    const found = await FOUND[name](deps, tenant, language);
    const state = found.length > 0 ? 'done' : skipped.includes(name) ? 'skipped' : 'open';
    states.push({ name, state, says: found.length > 0 ? found : [SETUP[language].why[name]] });
  }
  return states;
}

/** How many are left. Pure. */
export function openOf(steps: readonly StepState[]): number {
  return steps.filter(({ state }) => state === 'open').length;
}

export function otherMode({ merchantId, mode }: Tenant): Tenant {
  return { merchantId, mode: mode === 'live' ? 'test' : 'live' };
}

type Find = (deps: DeskDeps, tenant: Tenant, language: Language) => Promise<Found>;

const FOUND: Readonly<Record<SetupStep, Find>> = {
  address: async ({ parts }, _tenant, language) => {
    const url = parts.publicUrl();
    return isOfThisMachine(url) ? [] : [SETUP[language].linksLeadTo(url)];
  },
  carrier: async (deps, tenant, language) =>
    (await deps.accounts.list(tenant)).flatMap((account) => {
      if (isDemoAccount(account)) return [];
      const { carrier, label, verification } = account;
      const { states, receives } = CARRIERS[language];
      const said = verification === null ? receives : states[verification.state];
      return SETUP[language].accountIs(nameOfCarrier(deps, carrier), label, said);
    }),
  sender: async (deps, tenant, language) =>
    (await ownSenders(deps, tenant)).map(({ config, verification }) => {
      const said = SENDER[language].states[verification.state];
      return SETUP[language].mailsFrom(String(config['from_address']), said);
    }),
  look: async (deps, tenant, language) => {
    const stored = await deps.parts.templating.brandings.stored(tenant);
    return stored.generation === 0 ? [] : [nameOfLook(LOOK[language], stored.document)];
  },
  webhook: async ({ parts }, tenant, language) => {
    const all = await listEndpoints(parts.webhooks, tenant, { after: null, limit: SHOWN_MAX });
    return all.map(({ url, state }) =>
      SETUP[language].endpointIs(url, WEBHOOKS[language].states[state]),
    );
  },
  key: async ({ keys }, { merchantId }, language) =>
    (await listApiKeys(keys, { merchantId, mode: 'live' }))
      .slice(0, SHOWN_MAX)
      .map(({ name, prefix }) => SETUP[language].keyWorks(name, prefix)),
};

const SHOWN_MAX = 5;

/** Whether an address leads to the very machine that opens it. Pure. */
export function isOfThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
