import type { VNode } from 'preact';
import { type CarrierAdapter, shippedCatalogue } from '../../../adapters/index.ts';
import { isDemoAccount } from '../../../intake/index.ts';
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
  /** The rules of accounts with bridges, by their id. */
  readonly rules: ReadonlyMap<string, { readonly form: VNode; readonly isOpen: boolean }>;
}

type Connection = 'attention' | 'connected';
const TONES: Readonly<Record<Connection, Tone>> = { attention: 'warn', connected: 'good' };

/** Whether an account works: one that only receives webhooks is not verified. Pure. */
const isWell = ({ verification }: Account) =>
  verification === null || verification.state === 'verified';

/** From so many carriers on, a filter finds one faster than the eye. */
const FILTERED_FROM = 10;

/** The carriers in use, those that need attention first, then a line for each other. */
export function CarrierGrid({ carriers, accounts, ...around }: Props) {
  const words = useMessages().desk.carriers;
  const { step } = around;
  const wanted = useSpoken().query.get('find')?.trim() ?? '';
  const found = carriers
    .filter(({ manifest: { displayName } }) =>
      displayName.toLowerCase().includes(wanted.toLowerCase()),
    )
    .map((adapter) => {
      const own = accounts.filter(({ carrier }) => carrier === adapter.manifest.name);
      return { ...adapter, own, isDemo: own.length > 0 && own.every(isDemoAccount) };
    });
  const connected = found
    .filter(({ own, isDemo }) => own.length > 0 && !isDemo)
    .toSorted((a, b) => Number(a.own.every(isWell)) - Number(b.own.every(isWell)));
  const groups = [
    ['connected', found.filter(({ isDemo }) => isDemo)],
    ['others', found.filter(({ own, bridge }) => own.length === 0 && bridge === undefined)],
    ['bridges', found.filter(({ own, bridge }) => own.length === 0 && bridge !== undefined)],
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
      {groups.map(([group, members]) => {
        const cards = group === 'connected' ? connected : [];
        return (
          members.length + cards.length > 0 && (
            <section key={group} aria-labelledby={group}>
              <h2 id={group}>{words[group]}</h2>
              {cards.length > 0 && (
                <ul class="carriers">
                  {cards.map((each) => (
                    <Card key={each.manifest.name} {...around} {...each} />
                  ))}
                </ul>
              )}
              {members.length > 0 && (
                <ul class="carriers offers">
                  {members.map(({ manifest, own: [demo] }) => (
                    <li key={manifest.name}>
                      <div>
                        <h3>{manifest.displayName}</h3>
                        {demo && <State of={[demo]} />}
                        {demo ? (
                          <AccountLine {...around} account={demo} />
                        ) : (
                          <Reach manifest={manifest} />
                        )}
                      </div>
                      <Connect
                        {...{ manifest, step }}
                        label={demo ? words.connectOwn : words.connect}
                      />
                    </li>
                  ))}
                </ul>
              )}
            </section>
          )
        );
      })}
    </>
  );
}

type Around = Pick<Props, 'deps' | 'step' | 'rules'>;

interface CardProps extends Around, Pick<CarrierAdapter, 'manifest'> {
  readonly own: readonly Account[];
}

function Card({ manifest, own, ...around }: CardProps) {
  return (
    <li class="card">
      <div class="carrier-head">
        <h3>{manifest.displayName}</h3>
        <State of={own} />
      </div>
      {own.map((account) => (
        <AccountLine key={account.id} {...around} account={account} />
      ))}
      <Connect
        {...{ manifest, step: around.step }}
        label={useMessages().desk.carriers.addAnother}
      />
    </li>
  );
}

function State({ of }: { readonly of: readonly Account[] }) {
  const connection = of.every(isWell) ? 'connected' : 'attention';
  return <Tag tone={TONES[connection]}>{useMessages().desk.carriers.connections[connection]}</Tag>;
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

interface AccountProps extends Around {
  readonly account: Account;
}

/** An account: its name and state, and on demand where its webhooks go and what can be done. */
function AccountLine({ deps, account, step, rules }: AccountProps) {
  const words = useMessages().desk.carriers;
  const { id, carrier, label, environment, verification } = account;
  const adapter = deps.parts.adapters.get(carrier);
  const to = `${AT}/${id}`;
  const about = `${nameOfCarrier(deps, carrier)} ${label}`;
  const fields = (what: string) => ({ do: what, ...(step && { setup: step }) });
  const isDemo = isDemoAccount(account);
  const hasWebhooks = adapter?.manifest.push != null;
  return (
    <details class="account" open={!isWell(account) || rules.get(id)?.isOpen}>
      <summary>
        <b>{isDemo ? words.demoAccount : label}</b>{' '}
        {!isDemo && <span class="soft">{words.systems[environment]}</span>}
      </summary>
      {isDemo && <p class="soft">{words.simulated}</p>}
      <Verification account={account} />
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
      {rules.get(id)?.form}
    </details>
  );
}

function Verification({ account }: Pick<AccountProps, 'account'>) {
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
