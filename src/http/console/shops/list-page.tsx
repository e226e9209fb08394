import { isDemo } from '../../../kernel/tenant.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { Shop, ShopPlatform } from '../../../shops/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Faults, type FormFault, FormRefused } from '../kit/faults.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty, Moment, Table } from '../kit/pieces.tsx';
import { doneOf, languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { type SetupStep, setupOf } from '../setup/steps.tsx';
import { ConnectForm } from './connect-form.tsx';
import { AT, HealthTag, platformName, Steps } from './pieces.tsx';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly shops: readonly Shop[];
  readonly platforms: readonly ShopPlatform[];
  /** The platform that is being connected; null: none is chosen. */
  readonly chosen: ShopPlatform | null;
  /** The address in the form: that of the hub's sandbox shop, or nothing. */
  readonly sandboxUrl: string | null;
  readonly refused: FormFault | null;
}

/** A merchant's shops, and the first two steps to another one. */
export function ShopsPage({ deps, call, shops, platforms, chosen, sandboxUrl, refused }: Props) {
  const words = messagesFor(call).desk.shops;
  const { parcels } = messagesFor(call).desk.frame;
  const nowMs = deps.parts.clock.nowMs();
  const setup = setupOf(call);
  const frame = {
    ...{ deps, setup, visitor: call.visitor, at: AT, notice: doneOf(call, words.done) },
    isStepDone: shops.length > 0,
  };
  const offered = platforms.toSorted(byName(words, languageFor(call.request)));
  if (chosen !== null) {
    const title = connectTo(words, chosen);
    return (
      <DeskLayout {...frame} title={title}>
        <PageHead title={title} above={[[AT, words.title]]} />
        <Steps current={1} />
        {refused && <Faults {...refused} />}
        <FormRefused value={refused}>
          <ConnectForm
            platform={chosen}
            said={'form' in call ? call.form : null}
            {...{ sandboxUrl, nowMs }}
          />
        </FormRefused>
      </DeskLayout>
    );
  }
  return (
    <DeskLayout {...frame} title={words.title}>
      <PageHead title={words.title} lead={words.lead({ parcels: parcels[call.tenant.mode] })} />
      {shops.length > 0 && <Shops {...{ shops, platforms, nowMs }} />}
      {isDemo(call.tenant) ? (
        shops.length === 0 && <Empty>{messagesFor(call).desk.carriers.noneForDemo}</Empty>
      ) : (
        <Offers platforms={offered} step={setup} />
      )}
    </DeskLayout>
  );
}

/** The platforms to connect, each with what a merchant enters. */
function Offers({ platforms, step }: Pick<Props, 'platforms'> & { step: SetupStep | null }) {
  const words = useMessages().desk.shops;
  return (
    <section aria-labelledby="platforms">
      <h2 id="platforms">{words.connectTitle}</h2>
      <ul class="offers">
        {platforms.map((platform) => (
          <li key={platform.id}>
            <div class="line">
              <h3>{platformName(words, platform)}</h3>
              <p class="soft">{words[needsOf(platform)]}</p>
            </div>
            <a
              class="button"
              href={`${AT}?platform=${platform.id}${step === null ? '' : `&setup=${step}`}`}
              aria-label={connectTo(words, platform)}
            >
              {words.connect}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The title of a platform's form, and the name of the link to it. Pure. */
function connectTo(words: Messages['desk']['shops'], platform: ShopPlatform): string {
  if (isOther(platform)) return words.connectOther;
  return words.connectTo({ platform: platformName(words, platform) });
}

/** What is entered to connect a shop. Pure. */
function needsOf({ authorization, credentials }: ShopPlatform) {
  if (authorization !== undefined) return 'needsPermission';
  return credentials.length === 0 ? 'needsAddress' : 'needsEntry';
}

/** Any other shop has no API to read orders from. Pure. */
const isOther = ({ api }: ShopPlatform) => api?.canRead !== true;

/** By the shown name; any other shop is last. Pure. */
function byName(words: Messages['desk']['shops'], language: Language) {
  return (one: ShopPlatform, other: ShopPlatform) =>
    Number(isOther(one)) - Number(isOther(other)) ||
    platformName(words, one).localeCompare(platformName(words, other), language);
}

function Shops({ shops, platforms, nowMs }: Pick<Props, 'shops' | 'platforms'> & Now) {
  const words = useMessages().desk.shops;
  return (
    <Table label={words.title} head={Object.values(words.head)} stacks>
      {shops.map((shop) => {
        const platform = platforms.find(({ id }) => id === shop.platform);
        return (
          <tr key={shop.id}>
            <td class="wrap">
              <a href={`${AT}/${shop.id}`}>{shop.url}</a>
            </td>
            <td>{platform === undefined ? shop.platform : platformName(words, platform)}</td>
            <td>
              <HealthTag shop={shop} />
            </td>
            {(['lastReceivedAtMs', 'lastReadAtMs', 'lastWrittenAtMs'] as const).map((time) => (
              <td key={time}>
                <Moment at={iso(shop[time])} nowMs={nowMs} />
              </td>
            ))}
          </tr>
        );
      })}
    </Table>
  );
}

interface Now {
  readonly nowMs: number;
}
