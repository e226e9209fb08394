import type { CarrierAdapter } from '../../../adapters/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { webhookUrl } from '../../api/carriers/routes.ts';
import { Sentence } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Action, Filled, Instant, Removal, Tag, type Tone } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import type { SetupStep } from '../setup/steps.tsx';
import { CONNECT_ID, nameOfCarrier } from './carrier-form.tsx';

const AT = '/console/carriers';

export type Account = Awaited<ReturnType<DeskDeps['accounts']['list']>>[number];

interface Props {
  readonly deps: DeskDeps;
  /** The carriers that need an account. */
  readonly carriers: readonly CarrierAdapter[];
  readonly accounts: readonly Account[];
  readonly step: SetupStep | null;
  /** Whether an account can be added to each carrier. */
  readonly mayConnect?: boolean;
}

type Connection = 'attention' | 'connected' | 'none';
const ORDER: readonly Connection[] = ['attention', 'connected', 'none'];
const TONES: Readonly<Record<Connection, Tone>> = {
  attention: 'warn',
  connected: 'good',
  none: 'plain',
};

/** Whether an account works: one that only receives webhooks is not verified. Pure. */
const isWell = ({ verification }: Account) =>
  verification === null || verification.state === 'verified';

/** How things stand with a carrier. Pure. */
function connectionOf(accounts: readonly Account[]): Connection {
  if (accounts.length === 0) return 'none';
  return accounts.every(isWell) ? 'connected' : 'attention';
}

/** A card for each carrier in use, those that need attention first, then a line for each other. */
export function CarrierGrid({ deps, carriers, accounts, step, mayConnect = true }: Props) {
  const words = useMessages().desk.carriers;
  const all = carriers
    .map((adapter) => {
      const own = accounts.filter(({ carrier }) => carrier === adapter.manifest.name);
      return { adapter, own, connection: connectionOf(own) };
    })
    .toSorted((a, b) => ORDER.indexOf(a.connection) - ORDER.indexOf(b.connection));
  const others = all.filter(({ own }) => own.length === 0);
  const connect = ({ name, displayName }: CarrierAdapter['manifest'], label: string) => {
    const query = new URLSearchParams({ carrier: name, ...(step && { setup: step }) });
    return (
      <a class="button" href={`${AT}?${query}#${CONNECT_ID}`}>
        {label}
        <span class="unseen">{` ${displayName}`}</span>
      </a>
    );
  };
  return (
    <>
      {others.length < all.length && (
        <ul class="carriers">
          {all
            .slice(0, all.length - others.length)
            .map(({ adapter: { manifest }, own, connection }) => (
              <li key={manifest.name} class="card">
                <div class="carrier-head">
                  <Monogram of={manifest.displayName} />
                  <h2>{manifest.displayName}</h2>
                  <Tag tone={TONES[connection]}>{words.connections[connection]}</Tag>
                </div>
                {own.map((account) => (
                  <AccountLine key={account.id} {...{ deps, account, step }} />
                ))}
                {mayConnect && connect(manifest, words.addAnother)}
              </li>
            ))}
        </ul>
      )}
      {others.length > 0 && (
        <section aria-labelledby="others">
          <h2 id="others">{words.others}</h2>
          <ul class="carriers offers">
            {others.map(({ adapter }) => (
              <li key={adapter.manifest.name}>
                <Monogram of={adapter.manifest.displayName} />
                <div>
                  <h3>{adapter.manifest.displayName}</h3>
                  <Needs adapter={adapter} />
                </div>
                {connect(adapter.manifest, words.connect)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What a merchant enters to connect a carrier, as its portal names it. */
function Needs({ adapter }: { readonly adapter: CarrierAdapter }) {
  const words = useMessages().desk.carriers;
  const required = adapter.access?.credentials.filter((each) => each.required) ?? [];
  const labels = required.map(({ label }) => label).join(', ');
  const credentials =
    labels === '' ? (
      words.webhookSecret
    ) : (
      <span lang="en" title={labels}>
        {labels}
      </span>
    );
  return (
    <p class="soft">
      <Filled text={words.needs({ credentials: '{credentials}' })} parts={{ credentials }} />
    </p>
  );
}

/** The letters by which a carrier is found at a glance. */
function Monogram({ of }: { readonly of: string }) {
  const words = of.split(/\s+/);
  const letters = words.length > 1 ? words.map(([first]) => first).join('') : of;
  return (
    <span class="avatar" aria-hidden="true">
      {letters.slice(0, 2).toUpperCase()}
    </span>
  );
}

interface AccountProps extends Pick<Props, 'deps' | 'step'> {
  readonly account: Account;
}

/** An account: its name and state, and on demand where its webhooks go and what can be done. */
function AccountLine({ deps, account, step }: AccountProps) {
  const words = useMessages().desk.carriers;
  const { id, carrier, label, environment, verification } = account;
  const adapter = deps.parts.adapters.get(carrier);
  const to = `${AT}/${id}`;
  const about = `${nameOfCarrier(deps, carrier)} ${label}`;
  const fields = (what: string) => ({ do: what, ...(step && { setup: step }) });
  const hasWebhooks = adapter?.manifest.push != null;
  return (
    <details class="account" open={!isWell(account)}>
      <summary>
        <b>{label}</b> <span class="soft">{words.systems[environment]}</span>
      </summary>
      <State account={account} />
      {hasWebhooks && (
        <p>
          <span class="soft">{words.webhooks}</span>{' '}
          <code class="wrap">{webhookUrl(deps.parts.publicUrl(), carrier, id)}</code>
        </p>
      )}
      <div class="row">
        {verification !== null && (
          <Action {...{ to, about, label: words.check, fields: fields('check') }} />
        )}
        <Removal
          {...{ to, about, label: words.remove, fields: fields('remove') }}
          sure={words.removeSurely}
        />
      </div>
    </details>
  );
}

function State({ account }: Pick<AccountProps, 'account'>) {
  const words = useMessages().desk.carriers;
  const { verification } = account;
  if (verification === null) return <p class="soft">{words.receives}</p>;
  const { state, reason, atMs } = verification;
  return (
    <p>
      <Tag tone={isWell(account) ? 'good' : 'warn'}>{words.states[state]}</Tag>{' '}
      <span class="soft">
        <Instant at={iso(atMs)} />
      </span>{' '}
      {reason && <Sentence text={reason} />}
    </p>
  );
}
