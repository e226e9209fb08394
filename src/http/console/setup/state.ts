import { isDemoAccount } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { listApiKeys, listMembers, skippedSteps } from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { ENDPOINTS_MAX, listEndpoints } from '../../../reactions/merchant-webhooks/index.ts';
import { languageFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { brandingField } from '../settings/branding-form.ts';
import { nameOfCarrier } from '../settings/carrier-form.tsx';
import { ownSenders } from '../settings/sender-form.ts';
import { isBeforeLive, isOptional, type SetupStep, STEPS } from './steps.tsx';

export interface StepState {
  readonly name: SetupStep;
  /** `unsure`: it exists, but has not been verified. */
  readonly state: 'done' | 'unsure' | 'skipped' | 'open';
  /** What exists, one line each; or the step's purpose while nothing does. */
  readonly says: readonly string[];
  /** Only an operator can take it, and the visitor is none. */
  readonly isOfOperator: boolean;
}

/** What a step has set up. */
interface StepLines {
  /** One line for each thing that exists; empty: nothing yet. */
  readonly says: readonly string[];
  /** A check failed, or could not be made. */
  readonly isUnsure?: boolean;
}

/**
 * The state of the steps that the visitor may see, for the merchant in the current mode; of API keys,
 * always in live mode.
 */
export async function readSetup(
  deps: DeskDeps,
  { may, request, tenant, visitor }: DeskCall,
): Promise<readonly StepState[]> {
  const language = languageFor(request);
  const skipped = await skippedSteps(deps.members.db.pipeline, tenant.merchantId);
  const states: StepState[] = [];
  for (const { name } of STEPS) {
    if (name === 'shop' && deps.shops === undefined) continue;
    if (name === 'account' && !may('members:manage')) continue;
    const { says, isUnsure = false } = await READ_STEP[name](deps, tenant, language);
    const stateOfLines = isUnsure ? 'unsure' : 'done';
    const isSkipped = isOptional(name) && skipped.includes(name);
    const state = says.length > 0 ? stateOfLines : isSkipped ? 'skipped' : 'open';
    states.push({
      name,
      state,
      says: says.length > 0 ? says : [purposeOf(deps, name, language)],
      isOfOperator: name === 'address' && visitor.power !== 'write',
    });
  }
  return states;
}

/** The steps of the visitor's mode: test mode leaves out what only live parcels need. */
export async function readStepsOfMode(
  deps: DeskDeps,
  call: DeskCall,
): Promise<readonly StepState[]> {
  const steps = await readSetup(deps, call);
  return steps.filter(({ name }) => call.tenant.mode === 'live' || !isBeforeLive(name));
}

/** Why a step is worth taking: without a mail server of the hub, emails wait for one. */
function purposeOf({ channels }: DeskDeps, name: SetupStep, language: Language): string {
  const { why, cannotSend } = messagesIn(language).desk.setup;
  return name === 'sender' && channels.mailFrom === null ? cannotSend : why[name];
}

/** The open steps that the visitor can take. Pure. */
export function openOf(steps: readonly StepState[]): readonly StepState[] {
  return steps.filter(({ state, isOfOperator }) => state === 'open' && !isOfOperator);
}

/** How many open steps are left, and how many of them no merchant can do without. Pure. */
export function leftOf(steps: readonly StepState[]) {
  const open = openOf(steps);
  return { count: open.length, required: open.filter(({ name }) => !isOptional(name)).length };
}

type ReadStep = (deps: DeskDeps, tenant: Tenant, language: Language) => Promise<StepLines>;

const READ_STEP: Readonly<Record<SetupStep, ReadStep>> = {
  address: async ({ parts }, _tenant, language) => {
    const url = parts.publicUrl();
    return {
      says: isOfThisMachine(url) ? [] : [messagesIn(language).desk.setup.linksLeadTo({ url })],
    };
  },
  account: async ({ members }, { merchantId }, language) => {
    const owners = (await listMembers(members, merchantId)).filter(({ role }) => role === 'owner');
    const { ownerIs } = messagesIn(language).desk.setup;
    return { says: owners.map(({ person: { name } }) => ownerIs({ name })) };
  },
  shop: async ({ shops }, tenant, language) => {
    const { endpointIs } = messagesIn(language).desk.setup;
    const { states } = messagesIn(language).desk.shops;
    const all = (await shops?.list(tenant)) ?? [];
    return {
      says: all.map(({ url, state }) => endpointIs({ url, state: states[state] })),
      isUnsure: all.every(({ state }) => state !== 'connected'),
    };
  },
  carrier: async (deps, tenant, language) => {
    const all = (await deps.accounts.list(tenant)).filter((each) => !isDemoAccount(each));
    const says = all.map(({ carrier, label, verification }) => {
      const { states, receives } = messagesIn(language).desk.carriers;
      const said = verification === null ? receives : states[verification.state];
      return messagesIn(language).desk.setup.accountIs({
        carrier: nameOfCarrier(deps, carrier),
        label,
        state: said,
      });
    });
    return { says, isUnsure: all.every(({ verification }) => isFailed(verification)) };
  },
  sender: async (deps, tenant, language) => {
    const all = await ownSenders(deps, tenant);
    const says = all.map(({ config, verification }) => {
      const said = messagesIn(language).desk.sender.states[verification.state];
      return messagesIn(language).desk.setup.mailsFrom({
        from: String(config['from_address']),
        state: said,
      });
    });
    return { says, isUnsure: all.every(({ verification }) => isFailed(verification)) };
  },
  look: async (deps, tenant, language) => {
    const stored = await deps.parts.templating.brandings.stored(tenant);
    return {
      says:
        stored.generation === 0
          ? []
          : [brandingField(messagesIn(language).desk.branding, stored.document)],
    };
  },
  webhook: async ({ parts }, tenant, language) => {
    const all = await listEndpoints(parts.webhooks, tenant, { after: null, limit: ENDPOINTS_MAX });
    const says = all.map(({ url, state }) =>
      messagesIn(language).desk.setup.endpointIs({
        url,
        state: messagesIn(language).desk.webhooks.states[state],
      }),
    );
    return { says };
  },
  key: async ({ keys }, { merchantId }, language) => {
    const says = (await listApiKeys(keys, { merchantId, mode: 'live' })).map(({ name, prefix }) =>
      messagesIn(language).desk.setup.keyWorks({ name, prefix }),
    );
    return { says };
  },
};

/** Whether a check did not succeed; null, if there is nothing to check, did not fail. */
function isFailed(verification: { readonly state: string } | null): boolean {
  return verification !== null && verification.state !== 'verified';
}

/** Whether a URL points to the machine that opens it. Pure. */
export function isOfThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
