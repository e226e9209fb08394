import type { Tenant } from '../../../kernel/tenant.ts';
import { listApiKeys, skippedSteps } from '../../../merchants/index.ts';
import { listEndpoints } from '../../../reactions/merchant-webhooks/index.ts';
import { nameOfCarrier } from '../settings/carrier-form.ts';
import { nameOfLook } from '../settings/look-form.ts';
import { ownSenders } from '../settings/sender-form.ts';
import type { DeskDeps } from '../visit.ts';
import { type SetupStep, STEPS } from './steps.ts';

export interface StepState {
  readonly name: SetupStep;
  readonly title: string;
  readonly state: 'done' | 'skipped' | 'open';
  /** What there is by now, a line each; while there is nothing, why one would do it. */
  readonly says: readonly string[];
}

/** Lines of what there is; empty: nothing yet. */
type Found = readonly string[];

/** Of the merchant in the mode that is looked at; keys are those of live mode. */
export async function readSetup(deps: DeskDeps, tenant: Tenant): Promise<readonly StepState[]> {
  const skipped = await skippedSteps(deps.members.db.pipeline, tenant.merchantId);
  const states: StepState[] = [];
  for (const { name, title } of STEPS) {
    const found = await FOUND[name](deps, tenant);
    const state = found.length > 0 ? 'done' : skipped.includes(name) ? 'skipped' : 'open';
    states.push({ name, title, state, says: found.length > 0 ? found : [WHY[name]] });
  }
  return states;
}

const FOUND: Readonly<Record<SetupStep, (deps: DeskDeps, tenant: Tenant) => Promise<Found>>> = {
  address: async ({ parts }) => {
    const url = parts.publicUrl();
    return isOfThisMachine(url) ? [] : [`Links in messages lead to ${url}.`];
  },
  carrier: async (deps, tenant) =>
    (await deps.accounts.list(tenant)).map((account) => {
      const { carrier, label, verification } = account;
      const said = verification === null ? 'receives webhooks' : verification.state;
      return `${nameOfCarrier(deps, carrier)}, “${label}”: ${said}.`;
    }),
  sender: async (deps, tenant) =>
    (await ownSenders(deps, tenant)).map(
      ({ config, verification }) =>
        `Mails are from ${String(config['from_address'])}: the mail server is ${verification.state}.`,
    ),
  look: async (deps, tenant) => {
    const stored = await deps.parts.templating.brandings.stored(tenant);
    return stored.generation === 0 ? [] : [nameOfLook(stored.document)];
  },
  webhook: async ({ parts }, tenant) => {
    const all = await listEndpoints(parts.webhooks, tenant, { after: null, limit: SHOWN_MAX });
    return all.map(({ url, state }) => `${url} is ${state}.`);
  },
  key: async ({ keys }, { merchantId }) =>
    (await listApiKeys(keys, { merchantId, mode: 'live' }))
      .slice(0, SHOWN_MAX)
      .map(({ name, prefix }) => `“${name}” (${prefix}…) works for live parcels.`),
};

const SHOWN_MAX = 5;

const WHY: Readonly<Record<SetupStep, string>> = {
  address:
    'Links in mails, personal links and webhooks of carriers lead to it. So far they lead to this machine only.',
  carrier: 'With an account the hub asks the carrier for your parcels, and takes its webhooks.',
  sender: 'So far mails to recipients are from the address that the installation has for all.',
  look: 'So far the tracking page and mails look neutral.',
  webhook: 'Your shop hears of each change of a parcel.',
  key: 'Your shop registers real parcels with it. Keys of test mode do not.',
};

/** Whether an address leads to the very machine that opens it. Pure. */
export function isOfThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
