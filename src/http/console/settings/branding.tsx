import { HEX_COLOR } from '../../../kernel/color-contrast.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { languageName } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language, languageOf } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import {
  Faults,
  type FormFault,
  FormRefused,
  PlainField,
  useFaultAt,
  useIsRefused,
} from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { AsForTest, backTo, otherMode, SetupField, setupOf } from '../setup/steps.tsx';
import { BRANDING_FIELDS, brandingFrom, fieldsOf, OWN_WORDS } from './branding-form.ts';
import { PREVIEW_FIELDS, previewOf } from './branding-preview.ts';
import { contrastOnWhite } from './color-check.ts';
import { LogoField, logoRoute, storeLogo } from './logo.tsx';
import { PreviewFrame } from './preview-frame.tsx';

const AT = '/console/look';
const PREVIEW_AT = `${AT}/preview`;

/** The branding of pages and messages, with a preview of the tracking page. */
export function brandingRoutes(deps: DeskDeps): readonly Route[] {
  const { brandings } = deps.parts.templating;
  const preview = previewOf(deps);
  /** The stored branding; in live mode, until one is stored, that of test mode. */
  const shown = async (tenant: Tenant): Promise<Shown> => {
    const stored = await brandings.stored(tenant);
    if (stored.generation > 0) return { document: stored.document, from: 'stored' };
    if (tenant.mode === 'test') return { document: stored.document, from: 'nothing' };
    const ofTest = await brandings.stored(otherMode(tenant));
    return { document: ofTest.document, from: ofTest.generation > 0 ? 'test' : 'nothing' };
  };
  const render = (
    call: DeskCall | DeskFormCall,
    { document, from }: Shown,
    refused?: { readonly said: URLSearchParams; readonly fault: Problem },
  ) =>
    BrandingPage({
      deps,
      call,
      from,
      fault: refused?.fault,
      said: refused?.said ?? fieldsOf(document),
    });
  return [
    deskPage(deps, 'readDeskBranding', async (call) => render(call, await shown(call.tenant))),
    deskForm(
      deps,
      'changeDeskBranding',
      async (call) => {
        const said = new URLSearchParams(call.form);
        try {
          if (call.file !== null) said.set('logo_url', await storeLogo(deps, call.file));
          await brandings.store(call.tenant, brandingFrom(said), null);
        } catch (error) {
          if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
          return { invalid: render(call, await shown(call.tenant), { said, fault: error }) };
        }
        await call.note(null);
        return { seeOther: backTo(AT, call, 'saved') };
      },
      ['setup', ...BRANDING_FIELDS, ...PREVIEW_FIELDS],
    ),
    logoRoute(deps),
    deskPage(deps, 'readDeskPreview', async (call) =>
      preview(call, (await shown(call.tenant)).document),
    ),
    deskForm(deps, 'previewDeskBranding', async (call) => {
      const { document } = await shown(call.tenant);
      // Incomplete input cannot be shown yet.
      return preview(call, withStoredFallback(call.form, document), call.form);
    }),
  ];
}

interface Shown {
  readonly document: Readonly<Record<string, unknown>>;
  readonly from: 'stored' | 'test' | 'nothing';
}

/**
 * The branding in the form. Invalid fields fall back to their stored values; if the result is still
 * invalid, the stored branding.
 */
function withStoredFallback(
  form: URLSearchParams,
  stored: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  try {
    return brandingFrom(form);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const bad = new Set(error.errors.map(({ pointer }) => pointer.slice(1).split('/')[0] ?? ''));
    const rest = new URLSearchParams([...form].filter(([name]) => !bad.has(memberOf(name))));
    for (const name of bad) {
      const before = fieldsOf(stored).get(name);
      if (before) rest.set(name, before);
    }
    try {
      return brandingFrom(rest);
    } catch {
      return stored;
    }
  }
}

/** The API's member that a form field belongs to. */
function memberOf(field: string): string {
  return field.includes('.') ? 'texts' : field;
}

/** The form's fields, by the API member in an error's pointer. */
function fieldsIn(words: Messages['desk']['branding'], reader: Language): FormFault['fields'] {
  const plain = Object.entries(words.names).map(
    ([control, name]) => [`/${control}`, { name, control }] as const,
  );
  const file = { '/file': { name: words.names.logo_url, control: 'file' } };
  const own = LANGUAGES.flatMap((each) =>
    OWN_WORDS.map((what) => {
      const name = words[what]({ language: languageName(each, reader) });
      return [`/texts/${each}/${what}`, { name, control: `${what}.${each}` }] as const;
    }),
  );
  return { ...Object.fromEntries([...plain, ...own]), ...file };
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  /** The fields' values. */
  readonly said: URLSearchParams;
  readonly from: Shown['from'];
  readonly fault: Problem | undefined;
}

function BrandingPage({ deps, call, said, from, fault }: Props) {
  const { visitor } = call;
  const step = setupOf(call);
  const isSaved = call.query.get('done') === 'saved';
  const words = messagesFor(call).desk.branding;
  const { parcels } = messagesFor(call).desk.frame;
  const notice = isSaved ? words.saved : null;
  const refused =
    fault === undefined
      ? null
      : { problem: fault, fields: fieldsIn(words, languageFor(call.request)) };
  return (
    <DeskLayout
      {...{ deps, visitor, notice }}
      title={words.title}
      at="/console/look"
      setup={step}
      isStepDone={from === 'stored'}
    >
      <PageHead title={words.heading} lead={words.lead({ parcels: parcels[call.tenant.mode] })} />
      {refused && <Faults {...refused} />}
      <FormRefused value={refused}>
        <PostForm to={AT} enctype="multipart/form-data" class="look" data-preview>
          <BrandingFields {...{ said, step }} isOfTest={from === 'test' && fault === undefined} />
          <PreviewFrame
            title={words.previewTitle}
            src={PREVIEW_AT}
            choices={<PreviewChoices fallback={said.get('default_language')} />}
          />
        </PostForm>
      </FormRefused>
    </DeskLayout>
  );
}

interface FormProps {
  readonly said: URLSearchParams;
  readonly step: ReturnType<typeof setupOf>;
  readonly isOfTest: boolean;
}

function BrandingFields({ said, step, isOfTest }: FormProps) {
  const words = useMessages().desk.branding;
  const reader = useSpoken().language;
  const address = useFaultAt('address');
  const hasInvalidWords = useIsRefused((control) => control.includes('.'));
  const value = (name: string) => said.get(name) ?? '';
  const plain = (
    name: Exclude<keyof typeof words.fields, 'address' | 'color' | 'default_language' | 'logo_url'>,
  ) => field(name, words.fields[name]);
  const field = (name: string, label: string) => (
    <p>
      <PlainField
        {...{ name, label }}
        {...(name === 'website' || name === 'support_url' ? { placeholder: 'https://…' } : {})}
        value={value(name)}
      />
    </p>
  );
  return (
    <div class="card stack">
      <SetupField step={step} />
      {isOfTest && <AsForTest />}
      <div class="fields level">
        {plain('name')}
        <ColorField value={value('color')} />
        <LogoField stored={value('logo_url')} />
        {plain('website')}
        {plain('support_email')}
        {plain('support_url')}
        <p>
          <label for="default_language">{words.fields.default_language}</label>
          <select id="default_language" name="default_language">
            {LANGUAGES.map((each) => (
              <option key={each} value={each} selected={each === value('default_language')}>
                {languageName(each, reader)}
              </option>
            ))}
          </select>
        </p>
      </div>
      <label for="address">{words.fields.address}</label>
      {address.said}
      <textarea id="address" name="address" rows={3} {...address.marks}>
        {value('address')}
      </textarea>
      <details open={hasInvalidWords}>
        <summary>{words.ownWords}</summary>
        <div class="fields level">
          {LANGUAGES.flatMap((each) =>
            OWN_WORDS.map((own) =>
              field(`${own}.${each}`, words[own]({ language: languageName(each, reader) })),
            ),
          )}
        </div>
      </details>
      <div class="row">
        <button type="submit" class="primary">
          {words.save}
        </button>
        <button
          type="submit"
          formaction={PREVIEW_AT}
          formenctype="application/x-www-form-urlencoded"
          formtarget="preview"
          data-previews="*"
        >
          {words.show}
        </button>
      </div>
    </div>
  );
}

/** What the preview shows, sent with the form: a change shows what is not saved yet, too. */
function PreviewChoices({ fallback }: { readonly fallback: string | null }) {
  const words = useMessages().desk.branding;
  const reader = useSpoken().language;
  const languages = LANGUAGES.map((each) => [each, languageName(each, reader)] as const);
  const choices = {
    shown: Object.entries(words.shown),
    scheme: Object.entries(words.schemes),
    language: [
      [
        '',
        words.asFallback({ language: languageName(languageOf(fallback) ?? 'en', reader) }),
      ] as const,
      ...languages,
    ],
  };
  return PREVIEW_FIELDS.map((name) => (
    <select key={name} name={name} aria-label={words.choose[name]}>
      {choices[name].map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  ));
}

/** Without a colour of the merchant, the button of the recipient's page has this one. */
const DEFAULT_COLOR = '#2447c4';

/**
 * The merchant's colour, as text, by a picker where scripts run, and whether text in it is
 * readable.
 */
function ColorField({ value }: { readonly value: string }) {
  const words = useMessages().desk.branding;
  const { marks, said } = useFaultAt('color', 'color-contrast');
  const found = HEX_COLOR.test(value) ? contrastOnWhite(value) : null;
  const good = words.contrastGood({ ratio: '{ratio}' });
  const low = words.contrastLow({ ratio: '{ratio}' });
  return (
    <p data-color>
      <label for="color">{words.fields.color}</label>
      {said}
      <span class="row">
        <input
          {...{ id: 'color', name: 'color', type: 'text', value, spellcheck: false, ...marks }}
          placeholder={DEFAULT_COLOR}
          autocomplete="off"
        />
        <input type="color" hidden aria-label={words.pick} value={found ? value : DEFAULT_COLOR} />
      </span>
      <output id="color-contrast" class="soft" data-good={good} data-low={low}>
        {found && (found.isReadable ? good : low).replace('{ratio}', found.ratio)}
      </output>
    </p>
  );
}
