import { carrierTerms } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import {
  type IdentityProvider,
  listMembers,
  listProviders,
  PROVIDERS_MAX,
  requireSecondFactor,
  requiresSecondFactor,
  secondFactorOf,
} from '../../../merchants/index.ts';
import { periodsOf } from '../../../platform/settings/retention.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { useCarrierNames } from '../kit/names.ts';
import { Switch, Table, Tag } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { NewProviderForm } from '../single-sign-on/settings.tsx';

const AT = '/console/security';

/** How a merchant's members sign in. */
export function securityRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  return [
    deskPage(deps, 'readDeskSecurity', async (call) => {
      const required = await requiresSecondFactor(members, call.tenant.merchantId);
      const providers = await listProviders(members, call.tenant.merchantId);
      const all = await listMembers(members, call.tenant.merchantId);
      return SecurityPage({ deps, call, required, providers, hasMembers: all.length > 0 });
    }),
    deskForm(deps, 'changeDeskSecurity', async ({ form, visitor, tenant, note }) => {
      const wanted = form.get('second_factor');
      if (wanted !== 'on' && wanted !== 'off') {
        throw new Problem('invalid', 'desk.invalidSecondFactorValue', {
          fix: 'members.reopenPage',
        });
      }
      const { actor } = visitor;
      const isSelf = wanted === 'on' && actor.kind === 'user';
      if (isSelf && (await secondFactorOf(members, actor.id)) === null) {
        throw new Problem('conflict', 'desk.noOwnSecondStep', {
          fix: 'desk.setUpSecondStep',
        });
      }
      await requireSecondFactor(members, tenant.merchantId, wanted === 'on');
      await note(`second step ${wanted}`);
      return { seeOther: `${AT}?done=${wanted}` };
    }),
  ];
}

interface SecurityProps extends DeskPageProps {
  readonly required: boolean;
  readonly hasMembers: boolean;
  readonly providers: readonly (IdentityProvider & { readonly connected: number })[];
}

function SecurityPage({ deps, call, required, providers, hasMembers }: SecurityProps) {
  const { visitor } = call;
  const words = messagesFor(call).desk.security;
  const { none } = messagesFor(call).desk.members;
  const notice = doneOf(call, words.done);
  return (
    <DeskLayout deps={deps} title={words.title} visitor={visitor} at={AT} notice={notice}>
      <PageHead title={words.title} lead={words.lead} />
      <section>
        <h2>{words.secondStep}</h2>
        <div class="card text">
          <div class="switched">
            <span aria-hidden="true">{words.ask}</span>
            <Switch
              {...{ to: AT, label: words.ask, isOn: required }}
              fields={{ second_factor: required ? 'off' : 'on' }}
            />
          </div>
          <p class="soft">
            {required ? words.asked : words.notRequested}{' '}
            {hasMembers ? !required && words.signsOut : `${none}.`}
          </p>
        </div>
      </section>
      <section>
        <h2>{words.withAccounts}</h2>
        <div class="card text">
          <p class="soft">{words.accountsLead}</p>
          {providers.length < PROVIDERS_MAX && <NewProviderForm />}
        </div>
      </section>
      {providers.length > 0 && (
        <Table
          label={words.signIns}
          head={[words.name, words.issuer, words.members, words.state]}
          stacks
        >
          {providers.map(({ id, name, issuer, clientId, connected }) => (
            <tr key={id}>
              <td>
                <a href={`/console/identity-providers/${id}`}>{name}</a>
              </td>
              <td class="wrap">{issuer}</td>
              <td>{connected}</td>
              <td>
                <Tag tone={clientId === null ? 'warn' : 'good'}>
                  {clientId === null ? words.notRegistered : words.on}
                </Tag>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </DeskLayout>
  );
}

const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;

/** Retention periods, set by the installation. */
export function retentionRoutes(deps: DeskDeps): readonly Route[] {
  return [deskPage(deps, 'readDeskRetention', async (call) => RetentionPage({ deps, call }))];
}

/** A wrapper, because texts are available only during rendering. */
const RetentionPage = (props: DeskPageProps) => <Retention {...props} />;

/** The kinds of data, by what they are about. */
const GROUPS = {
  parcels: ['parcels', 'deleted', 'polling', 'figures', 'archives'],
  messages: ['inbound', 'unclaimed', 'deliveries', 'messages', 'subscriptions'],
  deliveries: ['proofs', 'trails'],
} as const;

function Retention({ deps, call }: DeskPageProps) {
  const words = useMessages().desk.retention;
  const called = useCarrierNames(deps);
  const { retention, adapters } = deps.parts;
  const { groups } = useMessages().desk.frame;
  const periods = new Map(periodsOf(retention));
  const period = (ms = 0) => {
    const days = Math.round(ms / DAY_MS);
    return days > 0 && days % YEAR_DAYS === 0
      ? words.years({ years: days / YEAR_DAYS })
      : words.days({ days });
  };
  const terms = carrierTerms(adapters.list(), retention).map(({ carrier, retentionMs }) => (
    <li key={carrier}>
      <span class="soft">{words.ofCarrier({ carrier: called(carrier) })}</span>
      <b>{period(retentionMs)}</b>
    </li>
  ));
  return (
    <DeskLayout {...{ deps, visitor: call.visitor }} title={words.title} at="/console/retention">
      <PageHead
        title={words.title}
        lead={
          <>
            {words.lead}{' '}
            <a href="/docs/guides/retention#the-table-of-periods" hreflang="en">
              {words.howToChange}
            </a>
          </>
        }
      />
      {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => (
        <section key={group}>
          <h2>{groups[group]}</h2>
          <ul class="offers periods">
            {GROUPS[group].map((kind) => [
              <li key={kind}>
                <span>{words.kinds[kind]}</span>
                <b>{period(periods.get(kind))}</b>
              </li>,
              kind === 'parcels' && terms,
            ])}
          </ul>
        </section>
      ))}
    </DeskLayout>
  );
}
