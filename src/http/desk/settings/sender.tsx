import { Problem } from '../../../kernel/errors.ts';
import type { ChannelAccount, ChannelStored } from '../../../reactions/notifications/index.ts';
import type { Route } from '../../kit/route.ts';
import { accountStored } from '../../resources/notification-channels/stored.ts';
import { deskForm, deskPage } from '../desk-route.ts';
import { Faults } from '../parts/faults.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import { SetupField } from '../setup/setup-bar.tsx';
import { backTo, SETUP_AT, setupOf } from '../setup/steps.ts';
import type { DeskCall, DeskDeps, DeskFormCall } from '../visit.ts';
import { ownSenders, ownServer, serverFrom } from './sender-form.ts';

const AT = '/console/sender';

const NOTICES: Readonly<Record<string, string>> = {
  verified: 'Saved: mails are from this address now. The mail server was asked, and accepts it.',
  unverified:
    'Saved: mails are from this address now. The mail server could not be asked; see below.',
  removed: 'Removed: mails are from the address that the installation has for all.',
};

interface Shown {
  readonly fault?: Problem;
  readonly said?: URLSearchParams;
}

/** Whom mails to recipients are from: the merchant's own mail server, in the mode that is looked at. */
export function senderRoutes(deps: DeskDeps): readonly Route[] {
  const { accounts } = deps.channels;
  const render = async (call: DeskCall | DeskFormCall, shown: Shown = {}) =>
    SenderPage({ deps, call, own: await ownSenders(deps, call.tenant), shown });
  async function store({ tenant, form }: DeskFormCall): Promise<ChannelStored> {
    const known = ownServer(await ownSenders(deps, tenant));
    const config = serverFrom(form, known === null);
    const isAsked = form.get('unasked') !== 'yes';
    if (known !== null) return accounts.patch(tenant, known.id, { config }, isAsked);
    const label = String(config['from_address'] ?? 'Mail');
    return accounts.create(tenant, { provider: 'smtp', label, config }, isAsked);
  }
  return [
    deskPage(deps, 'readDeskSender', (call) => render(call)),
    deskForm(deps, 'changeDeskSender', async (call) => {
      const { tenant, form } = call;
      if (form.get('do') === 'remove') {
        const known = ownServer(await ownSenders(deps, tenant));
        if (known === null || !(await accounts.remove(tenant, known.id))) {
          throw new Problem('not_found', 'There is no mail server of yours any more.');
        }
        await call.note(`remove ${known.id}`);
        return { seeOther: backTo(AT, call, 'removed') };
      }
      try {
        const account = accountStored(await store(call));
        await call.note(account.id);
        return { seeOther: backTo(AT, call, account.verification.state) };
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
        return { unfit: await render(call, { fault: error, said: form }) };
      }
    }),
  ];
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ '/config/host': 'Mail server', '/config/port': 'Port', '/config/security': 'Encryption' },
  ...{ '/config/username': 'User name', '/config/password': 'Password' },
  ...{ '/config/from_address': 'Sender’s address', '/config/from_name': 'Sender’s name' },
  ...{ '/config/reply_to': 'Address for replies', '/config': 'Mail server' },
};

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly own: readonly ChannelAccount[];
  readonly shown: Shown;
}

function SenderPage({ deps, call, own, shown: { fault, said } }: Props) {
  const { visitor, tenant } = call;
  const step = setupOf(call);
  const known = ownServer(own);
  const others = own.filter(({ provider }) => provider !== 'smtp');
  const notice = NOTICES[call.query.get('done') ?? ''] ?? null;
  return (
    <DeskLayout {...{ deps, visitor, notice }} title="Sender" at={SETUP_AT} setup={step}>
      <h1>Sender of mails</h1>
      <p class="lead">
        {tenant.mode === 'test'
          ? 'What you set here is for test parcels, whose mails go nowhere: operators look at them in the mailbox.'
          : 'Mails to recipients go out by your own mail server, from your address.'}
      </p>
      {fault && <Faults problem={fault} names={NAMES} />}
      <section class="card" aria-label="Now">
        <Now known={known} others={others} />
      </section>
      <ServerForm {...{ known, said: said ?? null, csrf: visitor.csrf, step }} />
      {known !== null && (
        <form method="post" action={AT}>
          <input type="hidden" name="csrf" value={visitor.csrf} />
          <SetupField step={step} />
          <button type="submit" class="danger" name="do" value="remove">
            Remove the mail server
          </button>
        </form>
      )}
    </DeskLayout>
  );
}

interface NowProps {
  readonly known: ChannelAccount | null;
  readonly others: readonly ChannelAccount[];
}

function Now({ known, others }: NowProps) {
  return (
    <>
      {known === null ? (
        <p>
          {others.length === 0
            ? 'Mails are from the address that the installation has for all its merchants.'
            : 'You have no mail server here.'}
        </p>
      ) : (
        <p class="wrap">
          Mails are from <strong>{String(known.config['from_address'])}</strong>, by{' '}
          {String(known.config['host'])}: {known.verification.state}
          {known.verification.reason === null ? '.' : `, ${known.verification.reason}.`}
        </p>
      )}
      {others.length > 0 && (
        <p>
          Set by the API: {others.map(({ label, provider }) => `${label} (${provider})`).join(', ')}
          .
        </p>
      )}
    </>
  );
}

interface FormProps {
  readonly known: ChannelAccount | null;
  readonly said: URLSearchParams | null;
  readonly csrf: string;
  readonly step: ReturnType<typeof setupOf>;
}

const SECURITIES = [
  ['', 'as the port has it'],
  ['tls', 'TLS from the start'],
  ['starttls', 'STARTTLS, or nothing is sent'],
  ['none', 'none, on a network of your own'],
] as const;

function ServerForm({ known, said, csrf, step }: FormProps) {
  const value = (name: string) => said?.get(name) ?? String(known?.config[name] ?? '');
  const field = (name: string, label: string, required = false) => (
    <p>
      <label for={name}>{label}</label>
      <input
        {...{ id: name, name, type: 'text', value: value(name), required, spellcheck: false }}
        autocomplete="off"
      />
    </p>
  );
  const keeps = known?.secrets.includes('password') === true;
  return (
    <form method="post" action={AT} class="card stack">
      <input type="hidden" name="csrf" value={csrf} />
      <SetupField step={step} />
      <div class="fields">
        {field('from_address', 'Sender’s address', true)}
        {field('from_name', 'Sender’s name')}
        {field('reply_to', 'Address for replies')}
        {field('host', 'Mail server', true)}
        {field('port', 'Port; 587 if empty')}
        <p>
          <label for="security">Encryption</label>
          <select id="security" name="security">
            {SECURITIES.filter(([name]) => name !== 'none' || value('security') === 'none').map(
              ([name, label]) => (
                <option key={name} value={name} selected={name === value('security')}>
                  {label}
                </option>
              ),
            )}
          </select>
        </p>
        {field('username', 'User name')}
        <p>
          <label for="password">{keeps ? 'Password; empty: as it is' : 'Password'}</label>
          <input id="password" name="password" type="password" autocomplete="off" />
        </p>
      </div>
      <label class="check">
        <input type="checkbox" name="unasked" value="yes" /> Save without asking the mail server
      </label>
      <div class="row">
        <button type="submit" class="primary">
          Ask the mail server and save
        </button>
      </div>
    </form>
  );
}
