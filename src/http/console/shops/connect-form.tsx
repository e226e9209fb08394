import { capitalized } from '../../../kernel/capitalized.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { ShopPlatform, ShopSettings } from '../../../shops/index.ts';
import { type FormField, PlainField, useFaultAt, useIsRefused } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { AT } from './pieces.tsx';

type Words = Messages['desk']['shops'];

const DAY_MS = 86_400_000;
/** As in the API. */
const IMPORTED_DAYS = 30;

interface ConnectProps {
  readonly platform: ShopPlatform;
  /** What was entered; null: nothing yet. */
  readonly said: URLSearchParams | null;
  readonly sandboxUrl: string | null;
  readonly nowMs: number;
}

/** The second step: the shop's address, and credentials unless the shop asks for a permission. */
export function ConnectForm({ platform, said, sandboxUrl, nowMs }: ConnectProps) {
  const words = useMessages().desk.shops;
  const { authorization, credentials, settings = [] } = platform;
  const byPermission = authorization !== undefined;
  const needed = credentials.filter(({ name }) => authorization?.needs.includes(name) !== false);
  const byHand = credentials.filter((each) => !needed.includes(each));
  const own = needed.map((each) => ({ ...each, isRequired: true }));
  const isKeyRefused = useIsRefused((name) => name.startsWith(CREDENTIAL));
  const isMoreRefused = useIsRefused((name) => !name.startsWith(CREDENTIAL) && name !== 'url');
  const from = new Date(nowMs - IMPORTED_DAYS * DAY_MS).toISOString().slice(0, 10);
  const since = useFaultAt('imports_since');
  return (
    <PostForm to={AT} class="card stack text" autocomplete="off">
      <input type="hidden" name="platform" value={platform.id} />
      <PlainField
        {...{ name: 'url', label: platform.api?.canRead ? words.address : words.postAddress }}
        value={said?.get('url') ?? sandboxUrl ?? ''}
        placeholder={platform.urlForm?.example ?? 'https://shop.example'}
        required
      />
      {sandboxUrl !== null && said === null && <p class="soft">{words.isSandbox}</p>}
      {byPermission && <p>{words.permissionFollows}</p>}
      {needed.length > 0 && <CredentialFields of={own} required={byHand.length === 0} />}
      {byHand.length > 0 && (
        <details open={isKeyRefused}>
          <summary>{words.byHand}</summary>
          <CredentialFields of={byHand} />
        </details>
      )}
      <details open={isMoreRefused}>
        <summary>{words.more}</summary>
        <label for="imports_since">{words.importsSince}</label>
        {since.said}
        <input
          {...{ id: 'imports_since', name: 'imports_since', type: 'date', ...since.marks }}
          value={said?.get('imports_since') ?? from}
        />
        <SettingFields {...{ settings }} value={(name) => said?.get(name) ?? ''} />
      </details>
      <div class="row">
        <button type="submit" class="primary">
          {byPermission ? words.next : words.connect}
        </button>
        <a href={AT}>{words.cancel}</a>
      </div>
      <p class="soft">{words.sealed}</p>
    </PostForm>
  );
}

/** Prefix of the form fields for credentials. */
const CREDENTIAL = 'credential.';

interface CredentialProps {
  readonly of: ShopPlatform['credentials'];
  /** Whether all of them have to be entered here; otherwise another way in may replace them. */
  readonly required?: boolean;
}

/** Credentials under the shop's own names for them, which are English. */
export function CredentialFields({ of, required = false }: CredentialProps) {
  return (
    <div class="stack">
      {of.map(({ name, isRequired }) => (
        <PlainField
          key={name}
          {...{ name: `${CREDENTIAL}${name}`, label: labelOf(name), type: 'password' }}
          required={required}
          isOptional={!required && !isRequired}
        />
      ))}
    </div>
  );
}

/** `consumer_key` as `Consumer key`. Pure. */
function labelOf(name: string): string {
  return capitalized(name.replaceAll('_', ' '), 'en');
}

interface SettingProps {
  readonly settings: readonly (keyof ShopSettings)[];
  readonly value: (name: keyof ShopSettings) => string;
}

/** The settings of every platform: how the shop appears. */
const BRAND = ['brand_name', 'brand_logo_url', 'brand_color'] as const;

/** The settings that a platform uses. */
export function SettingFields({ settings, value }: SettingProps) {
  const words = useMessages().desk.shops;
  const mapping = useFaultAt('mapping', 'mapping-hint');
  return (
    <>
      {settings.includes('order_notes') && (
        <label class="check">
          <input
            {...{ type: 'checkbox', name: 'order_notes', value: 'yes' }}
            checked={value('order_notes') === 'yes'}
          />{' '}
          {words.settings.order_notes}
        </label>
      )}
      {settings.includes('delivered_status') && (
        <PlainField
          {...{ name: 'delivered_status', label: words.settings.delivered_status }}
          value={value('delivered_status')}
          placeholder="completed"
          isOptional
        />
      )}
      {settings.includes('mapping') && (
        <>
          <label for="mapping">{words.settings.mapping}</label>
          {mapping.said}
          <textarea
            {...{ id: 'mapping', name: 'mapping', rows: 6, spellcheck: false, ...mapping.marks }}
          >
            {value('mapping')}
          </textarea>
          <p id="mapping-hint" class="soft">
            {words.mappingHint}
          </p>
        </>
      )}
      {BRAND.map((name) => (
        <PlainField
          key={name}
          {...{ name, label: words.settings[name], value: value(name), isOptional: true }}
        />
      ))}
    </>
  );
}

/** The credentials that were entered, as the API takes them; undefined: none. Pure. */
export function credentialsFrom(form: URLSearchParams): Record<string, string> | undefined {
  const entered = [...form].flatMap(([name, value]) =>
    name.startsWith(CREDENTIAL) && value.trim() !== ''
      ? [[name.slice(CREDENTIAL.length), value.trim()] as const]
      : [],
  );
  return entered.length === 0 ? undefined : Object.fromEntries(entered);
}

/** The settings that were entered; what is empty is removed. Pure. */
export function settingsFrom(form: URLSearchParams, { settings = [] }: ShopPlatform): ShopSettings {
  const text = (name: string) => form.get(name)?.replaceAll('\r\n', '\n').trim() || undefined;
  return Object.fromEntries(
    [...settings, ...BRAND].map((name) => [
      name,
      name === 'order_notes' ? form.get(name) === 'yes' : text(name),
    ]),
  );
}

/** A new shop as the API takes it. Pure. */
export function shopFrom(form: URLSearchParams, platform: ShopPlatform) {
  const since = form.get('imports_since') ?? '';
  return {
    platform: platform.id,
    url: (form.get('url') ?? '').trim(),
    credentials: credentialsFrom(form),
    settings: settingsFrom(form, platform),
    imports_since: since === '' ? undefined : `${since}T00:00:00Z`,
  };
}

/** The forms' fields, by the API member in an error's pointer. Pure. */
export function shopFields(
  words: Words,
  platform: ShopPlatform,
): Readonly<Record<string, FormField>> {
  const fields = platform.credentials.map(({ name }) => ({
    at: `/credentials/${name}`,
    field: { name: labelOf(name), control: `${CREDENTIAL}${name}` },
  }));
  return {
    ...Object.fromEntries(fields.map(({ at, field }) => [at, field])),
    '/credentials': { ...fields[0]?.field, name: words.credentials },
    '/url': { name: words.address, control: 'url' },
    '/imports_since': { name: words.importsSince, control: 'imports_since' },
    ...Object.fromEntries(
      (['mapping', 'delivered_status', ...BRAND] as const).map((name) => [
        `/settings/${name}`,
        { name: words.settings[name], control: name },
      ]),
    ),
  };
}
