import { Empty, Instant, Table, Tag, type Tone, Version } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import { ActivityPlots } from './console-activity.tsx';
import type { overviewOf } from './overview.ts';

interface OverviewPageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly overview: Awaited<ReturnType<typeof overviewOf>>;
}

type Overview = OverviewPageProps['overview'];

/** What an operator needs first: is the hub healthy, and what needs attention. */
export function OverviewPage({ deps, call, overview }: OverviewPageProps) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} title="Overview" visitor={call.visitor} at="/ops">
      <h1>Overview</h1>
      <Health readiness={overview.readiness} wants={wantsOf(overview)} />
      <Figures overview={overview} />
      <ActivityPlots activity={overview.activity} />
      <ActiveMappings mappings={overview.mappings} nowMs={nowMs} />
      <Accounts accounts={overview.accounts} nowMs={nowMs} />
      <Retention retention={overview.retention} />
    </Layout>
  );
}

/** Queue sizes, with a warning when they are too large. */
function Figures({ overview }: { readonly overview: Overview }) {
  const { inbox, unknown_codes, notifications, exceptions } = overview;
  const { webhook_endpoints: endpoints } = overview;
  const { total, inTrouble } = accountsOf(overview);
  return (
    <ul class="figures">
      <Figure
        value={inbox.waiting}
        name="carrier messages waiting"
        note={
          inbox.oldest_waiting_s === null
            ? 'all processed'
            : `the oldest has waited ${Math.round(inbox.oldest_waiting_s)} s`
        }
        tone={(inbox.oldest_waiting_s ?? 0) > 60 ? 'bad' : 'good'}
      />
      <Figure
        value={inbox.dead}
        name="dead letters"
        href="/ops/dead-letters"
        note={overview.dead_letters.map(({ carrier, count }) => `${carrier} ${count}`).join(', ')}
        tone={inbox.dead > 0 ? 'warn' : 'good'}
      />
      <Figure
        value={unknown_codes}
        name="unknown codes"
        href="/ops/review"
        note={unknown_codes > 0 ? 'count as in transit until you decide' : ''}
        tone={unknown_codes > 0 ? 'warn' : 'good'}
      />
      <Figure
        value={inTrouble}
        name="carrier accounts with problems"
        note={`of ${total}`}
        tone={inTrouble > 0 ? 'warn' : 'good'}
      />
      <Figure
        value={endpoints.failing + endpoints.disabled}
        name="webhook endpoints with problems"
        href="/ops/webhooks?show=trouble"
        note={`of ${endpoints.total}`}
        tone={endpoints.failing + endpoints.disabled > 0 ? 'warn' : 'good'}
      />
      <Figure
        value={notifications.dead + notifications.failed}
        name="messages given up or refused"
        href={troubledMessages(notifications)}
        note={`${notifications.queued} others are queued`}
        tone={notifications.dead + notifications.failed > 0 ? 'warn' : 'good'}
      />
      <Figure
        value={exceptions.open}
        name="open cases"
        href="/ops/exceptions"
        note={exceptions.overdue > 0 ? `${exceptions.overdue} past their deadline` : ''}
        tone={exceptions.open > 0 ? 'warn' : 'good'}
      />
    </ul>
  );
}

/** Uses the counts by state, because the list of accounts is truncated. */
function accountsOf({ accounts_by_state: byState }: Pick<Overview, 'accounts_by_state'>) {
  const total = Object.values(byState).reduce((sum, count) => sum + count, 0);
  return { total, inTrouble: total - (byState['ok'] ?? 0) - (byState['idle'] ?? 0) };
}

/** Messages given up, rejected, or both, out of the total. */
function troubledMessages({ dead, failed }: Overview['notifications']): string {
  const at = '/ops/notifications';
  if (failed === 0) return `${at}?state=dead`;
  return dead === 0 ? `${at}?state=failed` : at;
}

function ActiveMappings(props: Pick<Overview, 'mappings'> & { readonly nowMs: number }) {
  const { mappings, nowMs } = props;
  return (
    <section aria-labelledby="in-force">
      <h2 id="in-force">Active mappings</h2>
      <Table label="Active mappings" head={['Carrier', 'Version', 'Since', 'Source']}>
        {mappings.map(({ carrier, version, since, rolled_back }) => (
          <tr key={carrier}>
            <th scope="row">
              <a href={`/ops/mappings/${carrier}`}>{carrier}</a>
            </th>
            <td>
              <Version of={version} />
            </td>
            <td>
              <Instant at={since} nowMs={nowMs} />
            </td>
            <td>
              {rolled_back ? <Tag tone="warn">manual rollback</Tag> : <Tag>files and overlay</Tag>}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Accounts({ accounts, nowMs }: Pick<Overview, 'accounts'> & { readonly nowMs: number }) {
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts">Carrier accounts</h2>
      {accounts.length === 0 ? (
        <Empty>No accounts yet.</Empty>
      ) : (
        <Table label="Carrier accounts" head={['Account', 'Merchant', 'State', 'Since', 'Why']}>
          {accounts.map((account) => (
            <tr key={account.id}>
              <th scope="row">
                {account.carrier} · {account.label}
              </th>
              <td>
                {account.merchant} <span class="soft">{account.mode}</span>
              </td>
              <td>
                <Tag tone={toneOf(account.state)}>{account.state.replaceAll('_', ' ')}</Tag>
              </td>
              <td>
                <Instant at={account.since} nowMs={nowMs} />
              </td>
              <td class="wrap">{account.reason}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

/** Retention periods, for somebody who has to document them. */
function Retention({ retention }: Pick<Overview, 'retention'>) {
  return (
    <section aria-labelledby="retention">
      <h2 id="retention">Retention</h2>
      <Table label="Retention" head={['What', 'Days', 'By']}>
        {Object.entries(retention.days).map(([kind, days]) => (
          <tr key={kind}>
            <th scope="row">{kind}</th>
            <td>{days}</td>
            <td>WAYBILL_RETENTION</td>
          </tr>
        ))}
        {retention.carriers.map(({ carrier, days, source }) => (
          <tr key={carrier}>
            <th scope="row">parcels of {carrier}, after delivery</th>
            <td>{days}</td>
            <td>{source === 'terms' ? "the carrier's terms" : 'WAYBILL_RETENTION'}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function toneOf(state: string): Tone {
  if (state === 'ok') return 'good';
  if (state === 'idle') return 'plain';
  return state === 'failing_credentials' || state === 'unreachable' ? 'bad' : 'warn';
}

type Readiness = Overview['readiness'];

/** Something that needs attention, with a link. */
interface Want {
  readonly text: string;
  readonly href: string;
}

/** Problems that do not stop the hub, but affect merchants or their customers. */
function wantsOf(overview: Overview): readonly Want[] {
  const { webhook_endpoints: endpoints, notifications, exceptions } = overview;
  const webhooks = '/ops/webhooks?show=trouble';
  const counted: readonly (readonly [number, string, string, string])[] = [
    [
      endpoints.disabled,
      'webhook endpoint is disabled after failing for days',
      'webhook endpoints are disabled after failing for days',
      webhooks,
    ],
    [endpoints.failing, 'webhook endpoint is failing', 'webhook endpoints are failing', webhooks],
    [
      notifications.dead,
      'message was given up after all retries',
      'messages were given up after all retries',
      '/ops/notifications?state=dead',
    ],
    [
      notifications.failed,
      'message was refused',
      'messages were refused',
      '/ops/notifications?state=failed',
    ],
    [
      notifications.unknown,
      'message may not have been sent',
      'messages may not have been sent',
      '/ops/notifications?state=unknown',
    ],
    [
      exceptions.overdue,
      'case is past its deadline',
      'cases are past their deadline',
      '/ops/exceptions?show=overdue',
    ],
    [
      overview.unknown_codes,
      'unknown code waits for your decision',
      'unknown codes wait for your decision',
      '/ops/review',
    ],
    [
      accountsOf(overview).inTrouble,
      'carrier account has a problem',
      'carrier accounts have problems',
      '#accounts',
    ],
    [exceptions.open - exceptions.overdue, 'case is open', 'cases are open', '/ops/exceptions'],
  ];
  return [
    ...counted
      .filter(([count]) => count > 0)
      .map(([count, one, many, href]) => ({
        text: `${count.toLocaleString('en')} ${count === 1 ? one : many}`,
        href,
      })),
    ...overview.channels_in_trouble.map(({ channel, provider, sent, troubled }) => ({
      text: `${channel} by ${provider}: ${troubled} of ${sent + troubled} messages were not sent in the last day`,
      href: '/ops/notifications',
    })),
  ];
}

interface HealthProps {
  readonly readiness: Readiness;
  readonly wants: readonly Want[];
}

function Health({ readiness, wants }: HealthProps) {
  const { status, not_ready, degraded } = readiness;
  const said = {
    wanted: ['warn', 'Running, needs attention', ''],
    ready: [
      'good',
      'All systems operational',
      'The hub is serving requests and nothing needs attention.',
    ],
    degraded: ['warn', 'Running, needs attention', ''],
    not_ready: ['bad', 'Not ready to serve requests', ''],
  }[status === 'ready' && wants.length > 0 ? 'wanted' : status];
  const [tone, headline, lead] = said;
  const all = [...not_ready, ...degraded];
  return (
    <section class={`health ${tone}`} aria-labelledby="health">
      <h2 id="health">{headline}</h2>
      {lead && <p>{lead}</p>}
      {all.length + wants.length > 0 && (
        <ul>
          {all.map((each) => (
            <li key={each}>{each}</li>
          ))}
          {wants.map(({ text, href }) => (
            <li key={text}>
              <a href={href}>{text}</a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface FigureProps {
  readonly value: number;
  readonly name: string;
  readonly note: string;
  readonly tone: Tone;
  readonly href?: string;
}

function Figure({ value, name, note, tone, href }: FigureProps) {
  const inside = (
    <>
      <span class="value">{value.toLocaleString('en')}</span>
      <span class="name">{name}</span>
      {note && <span class="soft">{note}</span>}
    </>
  );
  return (
    <li class={`figure ${tone}`}>
      {href === undefined ? <div>{inside}</div> : <a href={href}>{inside}</a>}
    </li>
  );
}
