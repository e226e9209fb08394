import { type CarrierAdapter, shippedCatalogue } from '../../../adapters/index.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { webhookUrl } from '../../api/carriers/routes.ts';
import { Find } from '../kit/choices.tsx';
import { Sentence } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { areaIn } from '../kit/names.ts';
import { Action, CopyButton, Empty, Instant, Removal, Tag, type Tone } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import type { SetupStep } from '../setup/steps.tsx';
import { nameOfCarrier } from './carrier-form.tsx';

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

type Connection = 'attention' | 'connected';
const TONES: Readonly<Record<Connection, Tone>> = { attention: 'warn', connected: 'good' };

/** Whether an account works: one that only receives webhooks is not verified. Pure. */
const isWell = ({ verification }: Account) =>
  verification === null || verification.state === 'verified';

/** From so many carriers on, a filter finds one faster than the eye. */
const FILTERED_FROM = 10;

/** A card for each carrier in use, those that need attention first, then a line for each other. */
export function CarrierGrid({ deps, carriers, accounts, step, mayConnect = true }: Props) {
  const words = useMessages().desk.carriers;
  const all = carriers.map((adapter) => ({
    adapter,
    own: accounts.filter(({ carrier }) => carrier === adapter.manifest.name),
  }));
  const connected = all
    .filter(({ own }) => own.length > 0)
    .toSorted((a, b) => Number(a.own.every(isWell)) - Number(b.own.every(isWell)));
  const others = all.filter(({ own }) => own.length === 0).map(({ adapter }) => adapter);
  return (
    <>
      {connected.length > 0 && (
        <ul class="carriers" aria-label={words.connected}>
          {connected.map(({ adapter: { manifest }, own }) => {
            const connection = own.every(isWell) ? 'connected' : 'attention';
            return (
              <li key={manifest.name} class="card">
                <div class="carrier-head">
                  <h2>{manifest.displayName}</h2>
                  <Tag tone={TONES[connection]}>{words.connections[connection]}</Tag>
                </div>
                {own.map((account) => (
                  <AccountLine key={account.id} {...{ deps, account, step }} />
                ))}
                {mayConnect && <Connect {...{ manifest, step }} label={words.addAnother} />}
              </li>
            );
          })}
        </ul>
      )}
      {others.length > 0 && <Offers carriers={others} step={step} />}
    </>
  );
}

interface ConnectProps extends Pick<Props, 'step'>, Pick<CarrierAdapter, 'manifest'> {
  readonly label: string;
}

function Connect({ manifest: { name, displayName }, step, label }: ConnectProps) {
  const query = new URLSearchParams({ carrier: name, ...(step && { setup: step }) });
  return (
    <a class="button" href={`${AT}?${query}`}>
      {label}
      <span class="unseen">{` ${displayName}`}</span>
    </a>
  );
}

/** The carriers without an account, then the services that report parcels of many carriers. */
function Offers({ carriers, step }: Pick<Props, 'carriers' | 'step'>) {
  const words = useMessages().desk.carriers;
  const wanted = useSpoken().query.get('find')?.trim() ?? '';
  const found = carriers.filter(({ manifest: { displayName } }) =>
    displayName.toLowerCase().includes(wanted.toLowerCase()),
  );
  const groups = [
    ['others', found.filter(({ bridge }) => bridge === undefined)],
    ['bridges', found.filter(({ bridge }) => bridge !== undefined)],
  ] as const;
  return (
    <>
      {carriers.length >= FILTERED_FROM && (
        <Find
          {...{ at: AT, label: words.find, value: wanted }}
          fields={step ? { setup: step } : {}}
        />
      )}
      {found.length === 0 && <Empty>{words.noneFound({ text: wanted })}</Empty>}
      {groups.map(
        ([group, members]) =>
          members.length > 0 && (
            <section key={group} aria-labelledby={group}>
              <h2 id={group}>{words[group]}</h2>
              <ul class="carriers offers">
                {members.map(({ manifest }) => (
                  <li key={manifest.name}>
                    <div>
                      <h3>{manifest.displayName}</h3>
                      <Reach manifest={manifest} />
                    </div>
                    <Connect {...{ manifest, step }} label={words.connect} />
                  </li>
                ))}
              </ul>
            </section>
          ),
      )}
    </>
  );
}

/** In the order in which they are named. */
const CAPABILITIES = ['pull', 'push', 'proof_of_delivery', 'pickup_points', 'redirect'] as const;

/** Where a carrier delivers, if it is in few countries, and what the hub can ask it or gets from it. */
function Reach({ manifest }: Pick<CarrierAdapter, 'manifest'>) {
  const { capabilities } = useMessages().console.carriers;
  const { language } = useSpoken();
  const known = shippedCatalogue().get(manifest.name);
  const countries = (known?.countries ?? []).map((country) => areaIn(language, { country }));
  const offers = CAPABILITIES.filter((each) => manifest.capabilities.includes(each));
  return (
    <p class="soft">
      {[countries.join(', '), capitalized(offers.map((each) => capabilities[each]).join(', '))]
        .filter(Boolean)
        .join(' · ')}
    </p>
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
      {hasWebhooks && <p class="soft">{words.webhooks}</p>}
      {hasWebhooks && (
        <div class="secret-line">
          <code id={`webhooks-${id}`}>{webhookUrl(deps.parts.publicUrl(), carrier, id)}</code>
          <CopyButton of={`webhooks-${id}`} about={`${words.webhooks} ${about}`} />
        </div>
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
