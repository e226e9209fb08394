import { isDemoAccount } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { pollStates } from '../../../poller/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import {
  addAccount,
  type CarrierAccountParts,
  changeAccount,
  removeAccount,
} from '../../api/carrier-accounts/store-account.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { Faults, FormRefused } from '../kit/faults.tsx';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { backTo, setupOf, stepPath } from '../setup/steps.tsx';
import { BridgeRuleForm, ruleChangeFrom } from './bridge-rule.tsx';
import {
  AccountForm,
  accountFrom,
  carriersToJoin,
  formFields,
  nameOfCarrier,
} from './carrier-form.tsx';
import { type Account, CarrierGrid, FindCarrier, type StoredAccount } from './carrier-grid.tsx';

const AT = '/console/carriers';
const COURIERS_AT = '/console/deliveries/couriers';

interface Shown {
  readonly fault?: Problem;
  readonly said?: URLSearchParams;
}

/** Accounts with carriers, in the current mode. */
export function carrierRoutes(deps: DeskDeps): readonly Route[] {
  const parts: CarrierAccountParts = {
    accounts: deps.accounts,
    adapters: deps.parts.adapters,
    polling: deps.polling,
    publicUrl: deps.parts.publicUrl,
    check: deps.credentialCheck ?? null,
  };
  const render = async (call: DeskCall | DeskFormCall, shown: Shown = {}) => {
    const accounts = await deps.accounts.list(call.tenant);
    const ids = accounts.map(({ id }) => id);
    const { polling } = deps;
    const states =
      polling && (await withTenant(deps.parts.db.app, call.tenant, (tx) => pollStates(tx, ids)));
    const all = await Promise.all(
      accounts.map(async (account) => {
        const known = states?.find(({ accountId }) => accountId === account.id);
        // What a bridge has registered takes several queries.
        const health = parts.adapters.get(account.carrier)?.bridge
          ? await polling?.health(call.tenant, account.id)
          : known && { state: known.state, since: iso(known.sinceMs) };
        return { ...account, health: health ?? null };
      }),
    );
    return CarriersPage({ deps, call, all, shown });
  };
  /** Acts, then redirects with the returned notice; invalid input shows the form again. */
  const actOrReject = async (call: DeskFormCall, act: () => Promise<string>) => {
    try {
      return { seeOther: backTo(AT, call, await act()) };
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
      return { invalid: await render(call, { fault: error, said: call.form }) };
    }
  };
  return [
    deskPage(deps, 'readDeskCarriers', (call) => render(call)),
    deskForm(deps, 'createDeskCarrier', (call) =>
      actOrReject(call, async () => {
        const isVerified = call.form.get('unasked') !== 'yes';
        const used = usedNames(await deps.accounts.list(call.tenant), call.form.get('carrier'));
        const wanted = accountFrom(call.form, used);
        const account = await addAccount(parts, call.tenant, wanted, isVerified);
        await call.note(`${account.carrier} ${account.id}`);
        return outcomeOf(account);
      }),
    ),
    deskForm(deps, 'changeDeskCarrier', (call) =>
      actOrReject(call, async () => {
        const id = call.param('id');
        if (call.form.get('do') === 'remove') {
          await removeAccount(parts, call.tenant, id);
          await call.note(`remove ${id}`);
          return 'removed';
        }
        if (call.form.get('do') === 'rule') {
          await changeAccount(parts, call.tenant, id, ruleChangeFrom(call.form), false);
          await call.note(`rule ${id}`);
          return 'rule';
        }
        const account = await changeAccount(parts, call.tenant, id, { credentials: {} }, true);
        await call.note(`check ${id}`);
        return `check-${outcomeOf(account)}`;
      }),
    ),
  ];
}

/** Names of the accounts with a carrier. Pure. */
function usedNames(all: readonly StoredAccount[], wanted: string | null): readonly string[] {
  return all.flatMap(({ carrier, label }) => (carrier === wanted ? [label] : []));
}

/** The name of the notice about an account that was added or checked. */
function outcomeOf({ verification }: StoredAccount): string {
  if (verification === null) return 'webhooks';
  return verification.state === 'verified' ? 'verified' : 'unverified';
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly all: readonly Account[];
  readonly shown: Shown;
}

function CarriersPage({ deps, call, all, shown: { fault, said } }: Props) {
  const { visitor, tenant } = call;
  const step = setupOf(call);
  const carriers = carriersToJoin(deps);
  const own = all.filter((each) => !isDemoAccount(each));
  const wanted = said?.get('carrier') ?? call.query.get('carrier');
  const adapter = carriers.find(({ manifest }) => manifest.name === wanted);
  const words = messagesFor(call).desk.carriers;
  const { parcels, sections } = messagesFor(call).desk.frame;
  const notice = doneOf(call, words.done);
  const refused =
    fault === undefined ? null : { problem: fault, fields: formFields(words, adapter) };
  const frame = {
    ...{ deps, visitor, notice, setup: step, at: AT },
    isWarning: call.query.get('done')?.endsWith('unverified') === true,
    isStepDone: own.length > 0,
  };
  if (adapter !== undefined && !isDemo(tenant)) {
    const { displayName: carrier, name } = adapter.manifest;
    const title = words.connectTo({ carrier });
    return (
      <DeskLayout {...frame} title={title}>
        <PageHead
          title={title}
          above={[[step === null ? AT : stepPath(step), words.title]]}
          lead={
            <>
              {words.asInPortal({ carrier })}{' '}
              <a href={`/docs/guides/carriers/${name}#what-it-needs`} hreflang="en">
                {words.whereKeysAre}
              </a>
            </>
          }
        />
        {refused && <Faults {...refused} />}
        <FormRefused value={refused}>
          <AccountForm
            {...{ adapter, tenant, step }}
            said={said ?? null}
            used={usedNames(all, wanted)}
            isFirst={usedNames(own, wanted).length === 0}
          />
        </FormRefused>
      </DeskLayout>
    );
  }
  const bridged = all.filter(({ carrier }) => deps.parts.adapters.get(carrier)?.bridge);
  const rules = new Map(
    bridged.map((account) => {
      const refusedHere = isOf(call, account.id) ? refused : null;
      const form = (
        <FormRefused value={refusedHere}>
          <BridgeRuleForm
            {...{ account, to: `${AT}/${account.id}` }}
            about={nameOfCarrier(deps, account.carrier)}
            said={refusedHere && (said ?? null)}
          />
        </FormRefused>
      );
      const isNeeded = account.rule === null && !isDemoAccount(account);
      return [account.id, { form, isOpen: refusedHere !== null || isNeeded }] as const;
    }),
  );
  return (
    <DeskLayout {...frame} title={words.title}>
      <PageHead title={words.title} lead={words.lead({ parcels: parcels[tenant.mode] })}>
        <FindCarrier {...{ carriers, step }} />
      </PageHead>
      {refused && <Faults {...refused} />}
      {isDemo(tenant) && all.length === 0 ? (
        <Empty title={words.none}>{words.noneForDemo}</Empty>
      ) : (
        <CarrierGrid {...{ deps, carriers, step, rules }} accounts={all} />
      )}
      {deps.parts.adapters
        .list()
        .some(({ manifest }) => manifest.capabilities.includes('scans')) && (
        <p class="soft">
          {words.ownCouriers} <a href={COURIERS_AT}>{sections[COURIERS_AT]}</a>
        </p>
      )}
    </DeskLayout>
  );
}

/** Whether a refused form was that of this account. */
function isOf(call: DeskCall | DeskFormCall, id: string): boolean {
  return 'form' in call && call.param('id') === id;
}
