import type {
  OrderFilter,
  Shop,
  ShopPlatform,
  ShopViews,
  ShownLeftOut,
  ShownOrder,
  ShownWrite,
} from '../../../shops/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { FilterMenu } from '../kit/choices.tsx';
import { Faults, type FormFault, FormRefused } from '../kit/faults.tsx';
import { PostForm, Sentence } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, CopyButton, Moment, Removal, ShownOnce } from '../kit/pieces.tsx';
import { doneOf } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { CredentialFields, SettingFields } from './connect-form.tsx';
import { OrderFiles, type OrderFilesProps } from './order-files.tsx';
import { Orders, Writes } from './orders.tsx';
import { AT, HealthTag, LeftOutPart, platformName, Steps, troubleOf } from './pieces.tsx';

export const FILTERS = ['all', 'waiting', 'problems'] as const satisfies readonly OrderFilter[];

export interface ShopPageProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly shop: Shop;
  readonly platform: ShopPlatform;
  readonly counts: Awaited<ReturnType<ShopViews['counts']>>;
  readonly leftOut: readonly ShownLeftOut[];
  readonly doubtful: readonly ShownLeftOut[];
  readonly orders: readonly ShownOrder[];
  readonly writes: readonly ShownWrite[];
  readonly filter: OrderFilter;
  /** Where the connection is allowed; null: no permission is waited for. */
  readonly permissionUrl: string | null;
  readonly webhookUrl: string;
  readonly isPolled: boolean;
  /** Null: the platform takes no files of orders. */
  readonly files: Omit<OrderFilesProps, 'nowMs'> | null;
  /** The shop's new secret, which is shown only now. */
  readonly secret?: string;
  readonly refused?: FormFault;
}

/** A wrapper, because texts are available only during rendering. */
export const ShopPage = (props: ShopPageProps) => <Page {...props} />;

/** A connected shop: what it sent and got, what waits, and how it fares. */
function Page(props: ShopPageProps) {
  const { deps, call, shop, platform, permissionUrl, secret, refused = null, filter } = props;
  const words = useMessages().desk.shops;
  const nowMs = deps.parts.clock.nowMs();
  const to = `${AT}/${shop.id}`;
  const isNew = shop.state === 'authorize' || shop.reconciledUntilMs === null;
  const said = outcomeOf(call, shop);
  const frame = { deps, visitor: call.visitor, at: AT, title: shop.url };
  return (
    <DeskLayout
      {...frame}
      notice={said === null ? doneOf(call, words.done) : words.done[said]}
      isWarning={said === 'denied'}
    >
      <p class="crumbs">
        <a href={AT}>{words.title}</a>
      </p>
      <h1 class="wrap">
        {shop.url} <HealthTag shop={shop} />
      </h1>
      <div class="row">
        <span class="soft">{platformName(words, platform)}</span>
        <Acts {...{ shop, to }} />
      </div>
      {isNew && platform.authorization && <Steps current={shop.state === 'authorize' ? 1 : 2} />}
      {secret !== undefined && (
        <ShownOnce text={secret}>
          <p>{words.secretOnce}</p>
        </ShownOnce>
      )}
      <Permission {...{ shop, platform, permissionUrl, to }} />
      <TroubleNote shop={shop} />
      {shop.state !== 'authorize' && (
        <>
          <Facts {...props} nowMs={nowMs} />
          {platform.api?.canRead !== true && <Webhook url={props.webhookUrl} to={to} />}
          {props.files && <OrderFiles {...props.files} nowMs={nowMs} />}
          <section aria-labelledby="orders">
            <h2 id="orders">{words.received}</h2>
            <div class="chips">
              <FilterMenu
                summary={words.filters[filter]}
                label={words.received}
                choices={FILTERS.map((each) => ({
                  href: `${to}?show=${each}`,
                  name: words.filters[each],
                  current: each === filter,
                }))}
                isOn={filter !== 'all'}
              />
            </div>
            <Orders orders={props.orders} nowMs={nowMs} />
          </section>
          <section aria-labelledby="writes">
            <h2 id="writes">{words.sent}</h2>
            <Writes writes={props.writes} orders={props.orders} nowMs={nowMs} />
          </section>
        </>
      )}
      {refused && <Faults {...refused} />}
      <FormRefused value={refused}>
        <Change {...{ shop, platform, to }} said={'form' in call && refused ? call.form : null} />
      </FormRefused>
    </DeskLayout>
  );
}

/** What a person did on the shop's own page, as it says on the way back; null: nothing. Pure. */
function outcomeOf({ query }: DeskCall, { state }: Shop): 'connected' | 'denied' | null {
  const success = query.get('success');
  if (success === '0') return 'denied';
  return success === '1' && state === 'connected' ? 'connected' : null;
}

interface OfShop {
  readonly shop: Shop;
  readonly to: string;
}

function Acts({ shop: { state, url }, to }: OfShop) {
  const words = useMessages().desk.shops;
  return (
    <>
      {state === 'connected' && <Action {...{ to, label: words.pause }} fields={{ do: 'pause' }} />}
      {(state === 'paused' || state === 'disabled') && (
        <Action {...{ to, label: words.resume, kind: 'primary' }} fields={{ do: 'resume' }} />
      )}
      <Removal
        {...{ to, label: words.remove, sure: words.removeSurely, about: url }}
        fields={{ do: 'remove' }}
      />
    </>
  );
}

interface PermissionProps extends OfShop, Pick<ShopPageProps, 'platform' | 'permissionUrl'> {}

/** The way to the shop's own page where the connection is allowed, while it is waited for. */
function Permission({ shop, platform, permissionUrl, to }: PermissionProps) {
  const words = useMessages().desk.shops;
  const name = platformName(words, platform);
  if (permissionUrl !== null) {
    return (
      <section class="card text" data-waits="">
        <h2>{words.allowTitle}</h2>
        <p>{words.allowLead({ platform: name })}</p>
        <a class="button primary" href={permissionUrl} rel="noreferrer">
          {words.allow({ platform: name })}
        </a>
      </section>
    );
  }
  if (shop.state !== 'authorize') return null;
  return (
    <section class="card text">
      <p>{words.expired}</p>
      <Action {...{ to, label: words.askAgain, kind: 'primary' }} fields={{ do: 'permission' }} />
    </section>
  );
}

function TroubleNote({ shop }: { readonly shop: Shop }) {
  const words = useMessages().desk.shops;
  const trouble = troubleOf(shop);
  if (trouble === null) return null;
  return (
    <div class="fault" role="status">
      <p>
        {words.failed} <Sentence text={trouble.reason} />
      </p>
      <p>{words.fixes[trouble.fix]}</p>
    </div>
  );
}

function Facts(props: ShopPageProps & { nowMs: number }) {
  const { shop, platform, counts, leftOut, doubtful, isPolled, nowMs } = props;
  const words = useMessages().desk.shops;
  const isReading = shop.state === 'connected' && shop.reconciledUntilMs === null;
  const isRead = platform.api?.canRead === true;
  const [, , , received, read, written] = Object.values(words.head);
  const times = [
    [received, shop.lastReceivedAtMs],
    [read, shop.lastReadAtMs],
    [written, shop.lastWrittenAtMs],
    ...(isRead ? ([[words.compared, shop.reconciledUntilMs]] as const) : []),
  ] as const;
  return (
    <section class="card text" aria-labelledby="found" {...(isReading ? { 'data-waits': '' } : {})}>
      <h2 id="found">{words.found}</h2>
      <p>
        {isReading && isRead
          ? words.isReading
          : words.foundSo({ orders: counts.orders, parcels: counts.parcels })}
      </p>
      {counts.waiting > 0 && <p>{words.foundWaiting({ count: counts.waiting })}</p>}
      {counts.problems > 0 && <p>{words.foundProblems({ count: counts.problems })}</p>}
      <Parts lead={words.leftOut} parts={leftOut} />
      <Parts lead={words.doubtful} parts={doubtful} />
      {isPolled && <p>{words.isPolled}</p>}
      <dl class="facts">
        <dt>{words.importsSince}</dt>
        <dd>
          <Moment at={iso(shop.importsFromMs)} nowMs={nowMs} />
        </dd>
        {times.map(([name, atMs]) => (
          <>
            <dt>{name}</dt>
            <dd>
              <Moment at={iso(atMs)} nowMs={nowMs} />
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}

function Parts({ lead, parts }: { lead: string; parts: readonly ShownLeftOut[] }) {
  const words = useMessages().desk.shops;
  if (parts.length === 0) return null;
  return (
    <>
      <p>{lead}</p>
      <ul>
        {parts.map(({ part, orders, lastOrderId }) => (
          <li key={JSON.stringify(part)}>
            <LeftOutPart part={part} /> {words.leftOutOf({ orders, last: lastOrderId })}
          </li>
        ))}
      </ul>
    </>
  );
}

function Webhook({ url, to }: { readonly url: string; readonly to: string }) {
  const words = useMessages().desk.shops;
  return (
    <section class="card text" aria-labelledby="webhook">
      <h2 id="webhook">{words.webhook}</h2>
      <p>{words.webhookLead}</p>
      <div class="secret-line">
        <code class="wrap" id="webhook-url">
          {url}
        </code>
        <CopyButton of="webhook-url" about={words.webhook} />
      </div>
      <Action {...{ to, label: words.newSecret }} fields={{ do: 'secret' }} />
    </section>
  );
}

interface ChangeProps extends OfShop, Pick<ShopPageProps, 'platform'> {
  /** What was entered and rejected; null: nothing. */
  readonly said: URLSearchParams | null;
}

/** Settings, and another way in. */
function Change({ shop, platform, to, said }: ChangeProps) {
  const words = useMessages().desk.shops;
  const { settings = [], credentials, authorization } = platform;
  const stored = (name: keyof typeof shop.settings) => {
    const value = shop.settings[name];
    return value === true ? 'yes' : String(value || '');
  };
  return (
    <>
      <section aria-labelledby="settings">
        <h2 id="settings">{words.settingsTitle}</h2>
        <PostForm to={to} class="stack narrow card">
          <SettingFields
            settings={settings}
            value={(name) => (said === null ? stored(name) : (said.get(name) ?? ''))}
          />
          <button type="submit" class="primary" name="do" value="settings">
            {words.save}
          </button>
        </PostForm>
      </section>
      {credentials.length > 0 && (
        <details open={said?.get('do') === 'credentials'}>
          <summary>{words.newCredentials}</summary>
          {authorization && shop.state !== 'authorize' && (
            <Action {...{ to, label: words.askAgain }} fields={{ do: 'permission' }} />
          )}
          <PostForm to={to} class="stack narrow card" autocomplete="off">
            <CredentialFields of={credentials} />
            <button type="submit" class="primary" name="do" value="credentials">
              {words.checkAndSave}
            </button>
          </PostForm>
        </details>
      )}
    </>
  );
}
