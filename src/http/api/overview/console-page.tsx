import type { MerchantCases } from '../../../reactions/exceptions/index.ts';
import { Command } from '../../console/hub/command.tsx';
import { Icon } from '../../console/kit/icons.tsx';
import { namedBy, useMerchantNames, useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import { Empty, Filled, Instant, Table, Tag, type Tone } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { casesPath, MerchantName } from '../../console/kit/whose.tsx';
import { isOfThisMachine } from '../../console/setup/state.ts';
import { ActivityPlots } from './console-activity.tsx';
import { type Check, checksOf, isInTrouble, type Problem } from './console-checks.ts';
import { BACKUPS, ThisHub } from './console-this-hub.tsx';
import type { overviewOf } from './routes.ts';

interface OverviewPageProps extends DeskPageProps {
  readonly overview: Awaited<ReturnType<typeof overviewOf>>;
  /** Whose cases are open. */
  readonly cases: readonly MerchantCases[];
}

type Overview = OverviewPageProps['overview'];
type Account = Overview['accounts'][number];

/** What an operator needs first: is the hub healthy, and what needs attention. */
export function OverviewPage({ deps, call, overview, cases }: OverviewPageProps) {
  const nowMs = deps.parts.clock.nowMs();
  const messages = useMessages();
  const { title } = messages.console.overview;
  const checks = checksOf(overview, messages, useCarrierNames(deps));
  return (
    <DeskLayout deps={deps} title={title} visitor={call.visitor} at="/console/hub">
      <PageHead title={title} lead={<ThisHub overview={overview} nowMs={nowMs} />} />
      <Health {...{ overview, cases, checks }} unset={useUnset(deps, overview)} />
      <HealthyChecks checks={checks.filter(({ problems }) => problems.length === 0)} />
      <ActivityPlots activity={overview.activity} nowMs={nowMs} />
      <Accounts call={call} deps={deps} accounts={overview.accounts} nowMs={nowMs} />
      <Retention deps={deps} retention={overview.retention} />
    </DeskLayout>
  );
}

/** What a hub lacks to serve recipients, which is no problem while it is tried out. */
function useUnset(
  { channels, parts }: OverviewPageProps['deps'],
  { system }: Overview,
): readonly Problem[] {
  const words = useMessages().console.overview.beforeLive;
  const [sender, address, backup] = [
    {
      text: words.setSender,
      step: words.sender,
      tone: 'warn',
      href: '/docs/guides/channels',
      command:
        '# config/channels.yaml\nemail: { provider: smtp, host: HOST, from_address: ADDRESS }',
    },
    {
      text: words.setAddress,
      step: words.address,
      tone: 'warn',
      href: '/docs/guides/configuration',
      command: 'WAYBILL_PUBLIC_URL=https://HOST',
    },
    {
      text: words.setBackup,
      step: words.backup,
      tone: 'warn',
      href: BACKUPS,
      command: 'npx waybill backup FOLDER',
    },
  ] as const;
  return [
    ...(channels.mailFrom === null ? [sender] : []),
    ...(isOfThisMachine(parts.publicUrl()) ? [address] : []),
    // Your own PostgreSQL may have backups of which the hub does not know.
    ...(system.last_backup_at === null && system.database === 'embedded' ? [backup] : []),
  ];
}

interface AccountsProps extends Pick<Overview, 'accounts'>, DeskPageProps {
  readonly nowMs: number;
}

/** Accounts with problems, then those at work; idle ones on demand. */
export function Accounts({ accounts, ...rest }: AccountsProps) {
  const words = useMessages().console.overview.accounts;
  const isIdle = ({ state, unverified }: Account) => state === 'idle' && unverified === null;
  const idle = accounts.filter(isIdle);
  const active = accounts
    .filter((account) => !isIdle(account))
    .toSorted((a, b) => Number(isInTrouble(b.state)) - Number(isInTrouble(a.state)));
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts">{words.title}</h2>
      {accounts.length === 0 && <Empty says={words.empty} />}
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
    <Table label={words.title} head={Object.values(words.head)} stacks="lines">
      {accounts.map((account) => (
        <tr key={account.id}>
          <th scope="row">
            {called(account.carrier)}
            {!isCarrier(account.label, account.carrier) && ` · ${account.label}`}
          </th>
          <td>
            <MerchantName call={call} slug={account.merchant} mode={account.mode} />
          </td>
          <td class="wrap state">
            <Tag tone={toneOf(account.state)}>{words.states[account.state]}</Tag>{' '}
            <AccountTrouble account={account} nowMs={nowMs} />
          </td>
          <td>
            <Instant at={account.since} nowMs={nowMs} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Why an account does not work, or what its carrier answered to the check of its credentials. */
function AccountTrouble({ account, nowMs }: { account: Account; readonly nowMs: number }) {
  const words = useMessages().console.overview.accounts;
  const { state, reason, unverified } = account;
  if (isInTrouble(state)) return <span lang="en">{reason}</span>;
  if (unverified === null) return null;
  return (
    <span class="soft">
      <Filled
        text={words[unverified.answered_since ? 'recovered' : 'unverified']({
          at: '{at}',
          reason: '{reason}',
        })}
        parts={{
          at: <Instant at={unverified.at} nowMs={nowMs} />,
          reason: <span lang="en">{unverified.reason}</span>,
        }}
      />
    </span>
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
    <details>
      <summary>{words.title}</summary>
      <p class="lead">
        <Filled
          text={words.lead({ setting: '{setting}' })}
          parts={{ setting: <a href="/docs/guides/retention">WAYBILL_RETENTION</a> }}
        />
      </p>
      <Table label={words.title} head={Object.values(words.head)}>
        {Object.entries(retention.days).map(([kind, days]) => (
          <tr key={kind}>
            <th scope="row">{namedBy(words.kinds, kind)}</th>
            <td class="number">{days}</td>
            <td>{words.setting}</td>
          </tr>
        ))}
        {retention.carriers.map(({ carrier, days, source }) => (
          <tr key={carrier}>
            <th scope="row">{words.parcelsOf({ carrier: called(carrier) })}</th>
            <td class="number">{days}</td>
            <td>{source === 'terms' ? words.terms : words.setting}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

/** Whether an account is called like its carrier, and need not be named twice. */
const isCarrier = (label: string, carrier: string) => label.toLowerCase() === carrier;

function toneOf(state: string): Tone {
  if (state === 'ok') return 'good';
  if (state === 'idle') return 'plain';
  return state === 'failing_credentials' || state === 'unreachable' ? 'bad' : 'warn';
}

/** Problems of `/readyz` that the checks name, too, with a link. */
const SAID_BY_CHECKS = /^(?:inbox: \d+ dead letters|pipeline: the oldest inbound message) /;

interface HealthProps extends Pick<OverviewPageProps, 'overview' | 'cases'> {
  readonly checks: readonly Check[];
  /** What has to be set up before going live. */
  readonly unset: readonly Problem[];
}

function Health({ overview, cases, checks, unset }: HealthProps) {
  const { status, not_ready, degraded } = overview.readiness;
  const { health: words, steps } = useMessages().console.overview;
  const found = checks.flatMap(({ problems }) => problems);
  const own = (tone: Problem['tone']) => (text: string) =>
    ({ text, tone, step: steps.readiness, language: 'en' }) as const;
  const problems: readonly Problem[] = [
    ...not_ready.map(own('bad')),
    ...degraded.filter((text) => !SAID_BY_CHECKS.test(text)).map(own('warn')),
    ...found.toSorted((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad')),
  ];
  const all = [...problems, ...unset];
  const hasCases = overview.exceptions.open > 0;
  const isWell = status === 'ready' && problems.length === 0;
  const running = unset.length > 0 ? words.todo({ count: unset.length }) : words.good;
  const troubled = status === 'not_ready' ? words.bad : words.warn;
  const serious = problems.some(({ tone }) => tone === 'bad') ? 'bad' : 'warn';
  const tone = isWell && unset.length === 0 ? 'good' : serious;
  return (
    <section class={`health ${tone}`} aria-labelledby="health">
      <h2 id="health">{isWell ? running : troubled}</h2>
      {tone === 'good' && !hasCases && <p>{words.goodLead}</p>}
      {all.length > 0 && (
        <ul>
          {all.map(({ text, tone: urgency, href, step, command, language }) => (
            <li key={text} class={urgency}>
              <Icon name="exceptions" />
              <span lang={language}>{href === undefined ? text : <a href={href}>{text}</a>}</span>
              <span class="soft">{step}</span>
              {command !== undefined && <Command about={text}>{command}</Command>}
            </li>
          ))}
        </ul>
      )}
      {hasCases && <Cases of={cases} total={overview.exceptions} />}
    </section>
  );
}

/** What was checked and is well, in little room. */
function HealthyChecks({ checks }: { readonly checks: readonly Check[] }) {
  const { title } = useMessages().console.overview.figures;
  const written = useNumbers();
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">{title}</h2>
      <ul class="card states">
        {checks.map(({ name, href, value, note }) => (
          <li key={name}>
            <Icon name="done" />
            {href === undefined ? <span>{name}</span> : <a href={href}>{name}</a>}
            <b>
              {written(value)} {note && <span class="soft">{note}</span>}
            </b>
          </li>
        ))}
      </ul>
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
