import { Problem } from '../../../kernel/errors.ts';
import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import {
  type ChannelAccount,
  type ChannelStored,
  MAIL_PORTS,
} from '../../../reactions/notifications/index.ts';
import { accountStored } from '../../api/notification-channels/routes.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { Faults, type FormFault, FormRefused, PlainField, useFaultAt } from '../kit/faults.tsx';
import { PostForm, Sentence } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Action, Removal } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { AsForTest, backTo, otherMode, SetupField, setupOf } from '../setup/steps.tsx';
import { ownSenders, ownServer, serverFrom } from './sender-form.ts';

const AT = '/console/sender';

interface Shown {
  readonly fault?: Problem;
  readonly said?: URLSearchParams;
}

/** Sender of mails to recipients: the merchant's own mail server, in the current mode. */
export function senderRoutes(deps: DeskDeps): readonly Route[] {
  const { accounts } = deps.channels;
  const render = async (call: DeskCall | DeskFormCall, shown: Shown = {}) =>
    SenderPage({
      deps,
      call,
      shown,
      own: await ownSenders(deps, call.tenant),
      elsewhere: await ownSenders(deps, otherMode(call.tenant)),
    });
  async function store({ tenant, form }: DeskFormCall): Promise<ChannelStored> {
    const known = ownServer(await ownSenders(deps, tenant));
    const config = serverFrom(form, known === null);
    const isVerified = form.get('unasked') !== 'yes';
    if (known !== null) return accounts.patch(tenant, known.id, { config }, isVerified);
    const label = String(config['from_address'] ?? 'Mail');
    return accounts.create(tenant, { provider: 'smtp', label, config }, isVerified);
  }
  /** Asks the stored mail server again whether it accepts what is stored. */
  async function check(tenant: Tenant): Promise<ChannelStored> {
    const known = ownServer(await ownSenders(deps, tenant));
    if (known === null) throw new Problem('not_found', 'desk.noOwnMailServer');
    return accounts.patch(tenant, known.id, { config: {} }, true);
  }
  return [
    deskPage(deps, 'readDeskSender', (call) => render(call)),
    deskForm(deps, 'changeDeskSender', async (call) => {
      const { tenant, form } = call;
      const act = form.get('do');
      if (act === 'remove') {
        const known = ownServer(await ownSenders(deps, tenant));
        if (known === null || !(await accounts.remove(tenant, known.id))) {
          throw new Problem('not_found', 'desk.noOwnMailServer');
        }
        await call.note(`remove ${known.id}`);
        return { seeOther: backTo(AT, call, 'removed') };
      }
      try {
        const account = accountStored(await (act === 'check' ? check(tenant) : store(call)));
        await call.note(act === 'check' ? `check ${account.id}` : account.id);
        const { state } = account.verification;
        return { seeOther: backTo(AT, call, act === 'check' ? `check-${state}` : state) };
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
        return { invalid: await render(call, { fault: error, said: form }) };
      }
    }),
  ];
}

/** The form's fields, by the API member in an error's pointer. */
function fieldsIn(words: Messages['desk']['sender']): FormFault['fields'] {
  const names = {
    host: words.host,
    port: words.port,
    security: words.encryption,
    username: words.user,
    password: words.password,
    from_address: words.fromAddress,
    from_name: words.fromName,
    reply_to: words.replyTo,
  };
  return {
    ...Object.fromEntries(
      Object.entries(names).map(([control, name]) => [`/config/${control}`, { name, control }]),
    ),
    '/config': { name: words.host, control: 'host' },
  };
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly own: readonly ChannelAccount[];
  /** The senders of the other mode. */
  readonly elsewhere: readonly ChannelAccount[];
  readonly shown: Shown;
}

function SenderPage({ deps, call, own, elsewhere, shown: { fault, said } }: Props) {
  const { visitor } = call;
  const { mode } = call.tenant;
  const { mailFrom } = deps.channels;
  const step = setupOf(call);
  const known = ownServer(own);
  const isOwnElsewhere = elsewhere.length > 0;
  // Then emails about live parcels are not sent at all.
  const isStranded = mailFrom === null && own.length === 0 && (mode === 'live' || !isOwnElsewhere);
  const others = own.filter(({ provider }) => provider !== 'smtp');
  const words = messagesFor(call).desk.sender;
  const notice = doneOf(call, words.done);
  const refused = fault === undefined ? null : { problem: fault, fields: fieldsIn(words) };
  const fieldsOf = (act: string) => ({ do: act, ...(step && { setup: step }) });
  return (
    <DeskLayout
      {...{ deps, visitor, notice }}
      isWarning={call.query.get('done')?.endsWith('unverified') === true}
      title={words.title}
      at="/console/sender"
      setup={step}
      isStepDone={known !== null}
    >
      <PageHead title={words.heading} lead={words.leads[mode]} />
      {refused && <Faults {...refused} />}
      {isStranded ? (
        <div class="text">
          <p class="notice warn">{words.noneOfHub}</p>
        </div>
      ) : (
        <section class="card text" aria-label={words.now}>
          <Now {...{ known, others, mode, mailFrom, isOwnElsewhere }} />
          {known !== null && (
            <div class="row">
              <Action {...{ to: AT, label: words.check }} fields={fieldsOf('check')} />
              <Removal
                {...{ to: AT, label: words.remove, sure: words.removeSurely }}
                fields={fieldsOf('remove')}
              />
            </div>
          )}
        </section>
      )}
      <FormRefused value={refused}>
        <ServerForm
          {...{ known, said: said ?? null, step }}
          ofTest={known === null && mode === 'live' ? ownServer(elsewhere) : null}
        />
      </FormRefused>
    </DeskLayout>
  );
}

interface NowProps extends OfHubProps {
  readonly known: ChannelAccount | null;
  readonly others: readonly ChannelAccount[];
}

function Now({ known, others, ...ofHub }: NowProps) {
  const words = useMessages().desk.sender;
  return (
    <>
      {known === null ? (
        others.length === 0 ? (
          <OfHub {...ofHub} />
        ) : (
          <p>{words.none}</p>
        )
      ) : (
        <p class="wrap">
          {words.mailsAre({
            from: String(known.config['from_address']),
            host: String(known.config['host']),
          })}{' '}
          <strong>{words.states[known.verification.state]}</strong>
          {known.verification.reason !== null && (
            <>
              {': '}
              <Sentence text={known.verification.reason} />.
            </>
          )}
        </p>
      )}
      {others.length > 0 && (
        <p>
          {words.byApi({
            which: others.map(({ label, provider }) => `${label} (${provider})`).join(', '),
          })}
        </p>
      )}
    </>
  );
}

interface OfHubProps {
  readonly mode: Mode;
  /** Whom the hub's own mail is from; null: it sends none. */
  readonly mailFrom: string | null;
  /** The merchant has a sender in the other mode. */
  readonly isOwnElsewhere: boolean;
}

/** Whom mails are from while the merchant has no mail server in this mode. */
function OfHub({ mode, mailFrom: from, isOwnElsewhere }: OfHubProps) {
  const words = useMessages().desk.sender;
  if (from === null) return <p>{words.none}</p>;
  if (mode === 'live') return <p class="wrap">{words.ofHub({ from })}</p>;
  return (
    <p class="wrap">
      {words.none} {!isOwnElsewhere && words.ofHubLive({ from })}
    </p>
  );
}

interface FormProps {
  readonly known: ChannelAccount | null;
  readonly ofTest: ChannelAccount | null;
  readonly said: URLSearchParams | null;
  readonly step: ReturnType<typeof setupOf>;
}

/** Mail is submitted on few ports; an unusual stored one is offered too. */
function Port({ value }: { readonly value: string }) {
  const words = useMessages().desk.sender;
  const { marks, said } = useFaultAt('port', 'port-hint');
  const ports = MAIL_PORTS.map(String);
  return (
    <p>
      <label for="port">{words.port}</label>
      {said}
      <select id="port" name="port" {...marks}>
        {[...ports, ...(value === '' || ports.includes(value) ? [] : [value])].map((each) => (
          <option key={each} value={each} selected={each === (value === '' ? ports[0] : value)}>
            {each}
          </option>
        ))}
      </select>
      <Hint of="port" />
    </p>
  );
}

function Hint({ of }: { readonly of: 'port' | 'security' }) {
  return (
    <span id={`${of}-hint`} class="hint">
      {useMessages().desk.sender.hints[of]}
    </span>
  );
}

const SECURITIES = ['byPort', 'tls', 'starttls', 'none'] as const;

function ServerForm({ known, ofTest, said, step }: FormProps) {
  const words = useMessages().desk.sender;
  const value = (name: string) => said?.get(name) ?? String((known ?? ofTest)?.config[name] ?? '');
  const field = (name: keyof typeof words.hints, label: string, required = false) => (
    <p>
      <PlainField
        {...{ name, label, required, isOptional: !required, hint: words.hints[name] }}
        value={value(name)}
      />
    </p>
  );
  const hasPassword = known?.secrets.includes('password') === true;
  return (
    <PostForm to={AT} class="stack pair card">
      <SetupField step={step} />
      {ofTest !== null && said === null && <AsForTest />}
      <h2>{words.who}</h2>
      <div class="fields level">
        {field('from_address', words.fromAddress, true)}
        {field('from_name', words.fromName)}
        {field('reply_to', words.replyTo)}
      </div>
      <h2>{words.server}</h2>
      <div class="fields level">
        {field('host', words.host, true)}
        <Port value={value('port')} />
        <p class="alone">
          <label for="security">{words.encryption}</label>
          <select id="security" name="security" aria-describedby="security-hint">
            {SECURITIES.filter((name) => name !== 'none' || value('security') === 'none').map(
              (each) => {
                const name = each === 'byPort' ? '' : each;
                return (
                  <option key={each} value={name} selected={name === value('security')}>
                    {words.securities[each]}
                  </option>
                );
              },
            )}
          </select>
          <Hint of="security" />
        </p>
        {field('username', words.user)}
        <p>
          <PlainField
            {...{ name: 'password', type: 'password', label: words.password }}
            isOptional={!hasPassword}
            hint={hasPassword ? words.unchangedPassword : words.hints.password}
          />
        </p>
      </div>
      <div class="row">
        <button type="submit" class="primary">
          {words.save}
        </button>
        {said !== null && (
          <button type="submit" name="unasked" value="yes">
            {words.unasked}
          </button>
        )}
      </div>
    </PostForm>
  );
}
