import type { VNode } from 'preact';
import { type CarrierAdapter, shippedCatalogue } from '../../../adapters/index.ts';
import { isDemoAccount } from '../../../intake/index.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import type { AccountHealth } from '../../../poller/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { webhookUrl } from '../../api/carriers/routes.ts';
import { isInTrouble } from '../../api/overview/console-checks.ts';
import { Find, findIn } from '../kit/choices.tsx';
import { Sentence } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { areaIn } from '../kit/names.ts';
import { Action, CopyButton, Empty, Instant, Removal, Tag } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import type { SetupStep } from '../setup/steps.tsx';

const AT = '/console/carriers';

export type StoredAccount = Awaited<ReturnType<DeskDeps['accounts']['list']>>[number];

/** An account, and how its polls go; null: it has not been polled. */
export type Account = StoredAccount & {
  readonly health: Pick<AccountHealth, 'state' | 'since' | 'registrations'> | null;
};

interface Props {
  readonly deps: DeskDeps;
  /** The carriers that need an account. */
  readonly carriers: readonly CarrierAdapter[];
  readonly accounts: readonly Account[];
  readonly step: SetupStep | null;
  /** The rules of accounts with bridges, by their id. */
  readonly rules: ReadonlyMap<string, { readonly form: VNode; readonly isOpen: boolean }>;
}

/**
 * Whether nobody has to repair an account: one that only receives webhooks is not verified, and
 * the hub itself answers for a simulated one. Pure.
 */
const isWell = (account: StoredAccount) =>
  isDemoAccount(account) || [undefined, 'verified'].includes(account.verification?.state);

/** From so many carriers on, a filter finds one faster than the eye. */
const FILTERED_FROM = 10;

/** The field that finds one of many carriers. */
export function FindCarrier({ carriers, step }: Pick<Props, 'carriers' | 'step'>) {
  const { find } = useMessages().desk.carriers;
  if (carriers.length < FILTERED_FROM) return null;
  return <Find {...{ at: AT, label: find }} fields={step ? { setup: step } : {}} />;
}

/** A line for each carrier: the merchant's own accounts, simulated ones, then all others. */
export function CarrierGrid({ carriers, accounts, ...around }: Props) {
  const words = useMessages().desk.carriers;
  const { wanted, matches } = findIn(useSpoken().query);
  const found = carriers
    .filter(({ manifest: { displayName } }) => matches(displayName))
    .map((adapter) => {
      const all = accounts.filter(({ carrier }) => carrier === adapter.manifest.name);
      return { ...adapter, all, isDemo: all.every(isDemoAccount) };
    })
    .toSorted((a, b) => Number(a.all.every(isWell)) - Number(b.all.every(isWell)));
  const demos = found.filter(({ all, isDemo }) => isDemo && all.length > 0);
  const groups = [
    ['connected', found.filter(({ isDemo }) => !isDemo)],
    ['demos', demos.filter(({ bridge }) => bridge === undefined)],
    ['demoBridges', demos.filter(({ bridge }) => bridge !== undefined)],
    ['others', found.filter(({ all, bridge }) => all.length === 0 && bridge === undefined)],
    ['bridges', found.filter(({ all, bridge }) => all.length === 0 && bridge !== undefined)],
  ] as const;
  return (
    <>
      {found.length === 0 && <Empty>{words.noneFound({ text: wanted })}</Empty>}
      {groups
        .filter(([, members]) => members.length > 0)
        .map(([group, members]) => (
          <section key={group} aria-labelledby={group}>
            <h2 id={group}>{words[group]}</h2>
            {group === 'demos' && <p class="lead">{words.simulated}</p>}
            <ul class="offers">
              {members.map(({ manifest, all }) => (
                <li key={manifest.name}>
                  <div>
                    {all.map((account) => (
                      <AccountLine key={account.id} {...around} {...{ account, manifest }} />
                    ))}
                    {all.length === 0 && (
                      <div class="line">
                        <h3>{manifest.displayName}</h3>
                        <Reach manifest={manifest} />
                      </div>
                    )}
                  </div>
                  <Connect
                    {...{ manifest, step: around.step }}
                    label={group === 'connected' ? words.addAnother : words.connect}
                  />
                </li>
              ))}
            </ul>
          </section>
        ))}
    </>
  );
}

type Around = Pick<Props, 'deps' | 'step' | 'rules'>;

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
    <span class="soft">
      {[countries.join(', '), capitalized(offers.map((each) => capabilities[each]).join(', '))]
        .filter(Boolean)
        .join(' · ')}
    </span>
  );
}

interface AccountProps extends Around, Pick<CarrierAdapter, 'manifest'> {
  readonly account: Account;
}

/** An account: its name and state, and on demand where its webhooks go and what can be done. */
function AccountLine({ deps, account, step, rules, manifest }: AccountProps) {
  const words = useMessages().desk.carriers;
  const { id, carrier, label, environment, verification } = account;
  const to = `${AT}/${id}`;
  const about = `${manifest.displayName} ${label}`;
  const fields = (what: string) => ({ do: what, ...(step && { setup: step }) });
  const nowMs = deps.parts.clock.nowMs();
  const isDemo = isDemoAccount(account);
  return (
    <details class="account" open={rules.get(id)?.isOpen}>
      <summary class="line">
        <h3>{manifest.displayName}</h3>
        <State of={account} nowMs={nowMs} />
        {isDemo ? (
          <Reach manifest={manifest} />
        ) : (
          <>
            <span class="soft">
              {`${label} · ${words.systems[environment]}`}
              {verification === null && ` · ${words.receives}`}
            </span>
            <Trouble of={account} nowMs={nowMs} />
          </>
        )}
      </summary>
      {manifest.push != null && (
        <>
          <p class="soft">{words.webhooks}</p>
          <div class="secret-line">
            <code id={`webhooks-${id}`}>{webhookUrl(deps.parts.publicUrl(), carrier, id)}</code>
            <CopyButton of={`webhooks-${id}`} about={`${words.webhooks} ${about}`} />
          </div>
        </>
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

interface StateProps {
  readonly of: Account;
  readonly nowMs: number;
}

/** What is wrong with an account now, as operators read it; of a simulated one, nothing else. */
function State({ of, nowMs }: StateProps) {
  const { desk, console: hub } = useMessages();
  const { connections } = desk.carriers;
  if (!isWell(of)) return <Tag tone="warn">{connections.attention}</Tag>;
  const { health } = of;
  if (health && isInTrouble(health.state)) {
    return (
      <Tag tone="warn">
        {hub.overview.accounts.states[health.state]} · <Instant at={health.since} nowMs={nowMs} />
      </Tag>
    );
  }
  return isDemoAccount(of) ? null : <Tag tone="good">{connections.connected}</Tag>;
}

/** Why the carrier has not accepted an account, and when the hub asks it again. */
function Trouble({ of: { verification }, nowMs }: StateProps) {
  const { nextTry } = useMessages().desk.carriers;
  if (verification === null || verification.reason === null) return null;
  const { reason, nextAtMs } = verification;
  return (
    <span class="trouble">
      <Sentence text={reason} />
      {nextAtMs !== null && nextAtMs >= nowMs + 60_000 && (
        <span class="soft">
          {` · ${nextTry} `}
          <Instant at={iso(nextAtMs)} nowMs={nowMs} />
        </span>
      )}
    </span>
  );
}
