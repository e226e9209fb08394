import type { Messages } from '../../../platform/messages/shape.ts';
import type { MerchantCases } from '../../../reactions/exceptions/index.ts';
import { namedBy, useMerchantNames, useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import { Empty, Instant, Table, Tag, type Tone } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { casesPath, MerchantName } from '../../console/kit/whose.tsx';
import { ActivityPlots } from './console-activity.tsx';
import type { overviewOf } from './routes.ts';

interface OverviewPageProps extends DeskPageProps {
  readonly overview: Awaited<ReturnType<typeof overviewOf>>;
  /** Whose cases are open. */
  readonly cases: readonly MerchantCases[];
}

type Overview = OverviewPageProps['overview'];

/** What an operator needs first: is the hub healthy, and what needs attention. */
export function OverviewPage({ deps, call, overview, cases }: OverviewPageProps) {
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages();
  const { title } = words.console.overview;
  return (
    <DeskLayout deps={deps} title={title} visitor={call.visitor} at="/console/hub">
      <PageHead title={title} />
      <Health {...{ overview, cases }} wants={wantsOf(overview, words)} />
      <Figures deps={deps} overview={overview} />
      <ActivityPlots activity={overview.activity} nowMs={nowMs} />
      <Accounts call={call} deps={deps} accounts={overview.accounts} nowMs={nowMs} />
      <Retention deps={deps} retention={overview.retention} />
    </DeskLayout>
  );
}

/** What should be zero, a line each. */
function Figures({ deps, overview }: Pick<OverviewPageProps, 'deps' | 'overview'>) {
  const called = useCarrierNames(deps);
  const { inbox, unknown_codes, notifications } = overview;
  const { webhook_endpoints: endpoints } = overview;
  const { total, inTrouble } = accountsOf(overview);
  const words = useMessages().console.overview.figures;
  const all: readonly FigureProps[] = [
    {
      value: inbox.waiting,
      name: words.waiting,
      note: words.oldest({ seconds: Math.round(inbox.oldest_waiting_s ?? 0) }),
      tone: (inbox.oldest_waiting_s ?? 0) > 60 ? 'bad' : 'good',
    },
    {
      value: inbox.dead,
      name: words.deadLetters,
      href: '/console/hub/dead-letters',
      note: overview.dead_letters
        .map(({ carrier, count }) => `${called(carrier)} ${count}`)
        .join(', '),
    },
    {
      value: unknown_codes,
      name: words.unknownCodes,
      href: '/console/hub/review',
      note: words.untilDecided,
    },
    {
      value: inTrouble,
      name: words.accounts,
      href: '#accounts',
      note: words.of({ total }),
    },
    {
      value: endpoints.failing + endpoints.disabled,
      name: words.endpoints,
      href: '/console/hub/webhooks?show=trouble',
      note: words.of({ total: endpoints.total }),
    },
    {
      value: notifications.dead + notifications.failed,
      name: words.messages,
      href: '/console/hub/notifications',
      note: words.queued({ count: notifications.queued }),
    },
  ];
  return (
    <ul class="card states">
      {all.map((each) => (
        <Figure key={each.name} {...each} />
      ))}
    </ul>
  );
}

/** Uses the counts by state, because the list of accounts is truncated. */
function accountsOf({ accounts_by_state: byState }: Pick<Overview, 'accounts_by_state'>) {
  const total = Object.values(byState).reduce((sum, count) => sum + count, 0);
  return { total, inTrouble: total - (byState['ok'] ?? 0) - (byState['idle'] ?? 0) };
}

interface AccountsProps extends Pick<Overview, 'accounts'>, DeskPageProps {
  readonly nowMs: number;
}

/** Accounts with problems, then those at work; idle ones on demand. */
function Accounts({ accounts, ...rest }: AccountsProps) {
  const words = useMessages().console.overview.accounts;
  const idle = accounts.filter(({ state }) => state === 'idle');
  const active = accounts
    .filter(({ state }) => state !== 'idle')
    .toSorted((a, b) => Number(isInTrouble(b.state)) - Number(isInTrouble(a.state)));
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts">{words.title}</h2>
      {accounts.length === 0 && <Empty>{words.empty}</Empty>}
      {active.length > 0 && <AccountTable {...rest} accounts={active} />}
      {idle.length > 0 && (
        <details>
          <summary>{words.idle({ count: idle.length })}</summary>
          <AccountTable {...rest} accounts={idle} />
        </details>
      )}
    </section>
  );
}

function AccountTable({ call, deps, accounts, nowMs }: AccountsProps) {
  const called = useCarrierNames(deps);
  const words = useMessages().console.overview.accounts;
  return (
    <Table label={words.title} head={Object.values(words.head)} stacks>
      {accounts.map((account) => (
        <tr key={account.id}>
          <th scope="row">
            {called(account.carrier)}
            {!isCarrier(account.label, account.carrier) && ` · ${account.label}`}
          </th>
          <td>
            <MerchantName call={call} slug={account.merchant} mode={account.mode} />
          </td>
          <td class="wrap">
            <Tag tone={toneOf(account.state)}>{words.states[account.state]}</Tag>{' '}
            {isInTrouble(account.state) && <span lang="en">{account.reason}</span>}
          </td>
          <td>
            <Instant at={account.since} nowMs={nowMs} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Retention periods, for somebody who has to document them. */
function Retention({
  deps,
  retention,
}: Pick<OverviewPageProps, 'deps'> & Pick<Overview, 'retention'>) {
  const called = useCarrierNames(deps);
  const words = useMessages().console.overview.retention;
  return (
    <details aria-labelledby="retention">
      <summary>
        <h2 id="retention">{words.title}</h2>
      </summary>
      <Table label={words.title} head={Object.values(words.head)}>
        {Object.entries(retention.days).map(([kind, days]) => (
          <tr key={kind}>
            <th scope="row">{namedBy(words.kinds, kind)}</th>
            <td class="number">{days}</td>
            <td>WAYBILL_RETENTION</td>
          </tr>
        ))}
        {retention.carriers.map(({ carrier, days, source }) => (
          <tr key={carrier}>
            <th scope="row">{words.parcelsOf({ carrier: called(carrier) })}</th>
            <td class="number">{days}</td>
            <td>{source === 'terms' ? words.terms : 'WAYBILL_RETENTION'}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

/** Whether an account is called like its carrier, and need not be named twice. */
const isCarrier = (label: string, carrier: string) => label.toLowerCase() === carrier;

/** The others need no reason. */
const isInTrouble = (state: string) => state !== 'ok' && state !== 'idle';

function toneOf(state: string): Tone {
  if (state === 'ok') return 'good';
  if (state === 'idle') return 'plain';
  return state === 'failing_credentials' || state === 'unreachable' ? 'bad' : 'warn';
}

/** Something that needs attention, with a link. */
interface Want {
  readonly text: string;
  readonly href: string;
}

/** Problems that do not stop the hub, but affect merchants or their customers. */
function wantsOf(overview: Overview, messages: Messages): readonly Want[] {
  const { webhook_endpoints: endpoints, notifications } = overview;
  const { wants } = messages.console.overview;
  const webhooks = '/console/hub/webhooks?show=trouble';
  const counted: readonly (readonly [
    number,
    Exclude<keyof typeof wants, 'channel' | 'shop'>,
    string,
  ])[] = [
    [endpoints.disabled, 'endpointsDisabled', webhooks],
    [endpoints.failing, 'endpointsFailing', webhooks],
    [notifications.dead, 'messagesDead', '/console/hub/notifications?state=dead'],
    [notifications.failed, 'messagesFailed', '/console/hub/notifications?state=failed'],
    [notifications.unknown, 'messagesUnknown', '/console/hub/notifications?state=unknown'],
    [overview.unknown_codes, 'unknownCodes', '/console/hub/review'],
    [accountsOf(overview).inTrouble, 'accounts', '#accounts'],
  ];
  return [
    ...counted
      .filter(([count]) => count > 0)
      .map(([count, name, href]) => ({ text: wants[name]({ count }), href })),
    ...overview.disabled_shops.map(({ id, merchant, url }) => ({
      text: wants.shop({ shop: url, merchant }),
      href: `/console/shops/${id}`,
    })),
    ...overview.channels_in_trouble.map(({ channel, provider, sent, troubled }) => ({
      text: wants.channel({
        channel: messages.desk.shipment.channels[channel],
        provider,
        troubled,
        total: sent + troubled,
      }),
      href: '/console/hub/notifications',
    })),
  ];
}

interface HealthProps extends Pick<OverviewPageProps, 'overview' | 'cases'> {
  readonly wants: readonly Want[];
}

function Health({ overview, cases, wants }: HealthProps) {
  const { status, not_ready, degraded } = overview.readiness;
  const words = useMessages().console.overview.health;
  const ready = wants.length === 0 ? 'good' : 'warn';
  const tone = ({ ready, degraded: 'warn', not_ready: 'bad' } as const)[status];
  const all = [...not_ready, ...degraded];
  const hasCases = overview.exceptions.open > 0;
  return (
    <section class={`health ${tone}`} aria-labelledby="health">
      <h2 id="health">{words[tone]}</h2>
      {tone === 'good' && !hasCases && <p>{words.goodLead}</p>}
      {all.length + wants.length > 0 && (
        <ul>
          {all.map((each) => (
            <li key={each} lang="en">
              {each}
            </li>
          ))}
          {wants.map(({ text, href }) => (
            <li key={text}>
              <a href={href}>{text}</a>
            </li>
          ))}
        </ul>
      )}
      {hasCases && <Cases of={cases} total={overview.exceptions} />}
    </section>
  );
}

interface CasesProps {
  readonly of: readonly MerchantCases[];
  readonly total: Overview['exceptions'];
}

/** Open cases are the merchants' work: the hub is healthy nevertheless. */
function Cases({ of, total }: CasesProps) {
  const { console: hub, desk } = useMessages();
  const nameOf = useMerchantNames();
  return (
    <p class="soft">
      <a href="/console/exceptions?of=all">{hub.overview.health.cases(total)}</a>
      {of.map(({ name, open, overdue, ...merchant }, index) => (
        <span key={`${merchant.merchantId} ${merchant.mode}`}>
          {index === 0 ? ': ' : '; '}
          <a href={casesPath(merchant, overdue > 0 ? 'overdue' : 'open')}>
            {desk.home.casesOf({
              name: `${nameOf(name)}, ${desk.frame.modes[merchant.mode]}`,
              ...{ open, overdue },
            })}
          </a>
        </span>
      ))}
    </p>
  );
}

interface FigureProps {
  readonly value: number;
  readonly name: string;
  readonly note: string;
  /** Default: `warn`. */
  readonly tone?: Tone;
  readonly href?: string;
}

function Figure({ value, name, note, tone = 'warn', href }: FigureProps) {
  const written = useNumbers();
  return (
    <li class={value === 0 ? 'good' : tone}>
      {href === undefined ? <span>{name}</span> : <a href={href}>{name}</a>}
      {value > 0 && note && <span class="soft">{note}</span>}
      <b>{written(value)}</b>
    </li>
  );
}
