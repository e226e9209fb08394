import { Problem } from '../../../kernel/errors.ts';
import { LANGUAGES } from '../../../kernel/language.ts';
import { useWords } from '../../console/parts/language.ts';
import type { Route } from '../../kit/route.ts';
import { openTrackingPages } from '../../resources/public-tracking/pages/tracking-pages.tsx';
import { deskForm, deskPage } from '../desk-route.ts';
import { Faults } from '../parts/faults.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import { SetupField } from '../setup/setup-bar.tsx';
import { backTo, setupOf } from '../setup/steps.ts';
import { wordsFor } from '../spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../visit.ts';
import { FRAME } from '../words/frame.ts';
import { LOOK } from '../words/look.ts';
import { fieldsOf, lookFrom, OWN_WORDS } from './look-form.ts';
import { previewPage } from './look-preview.ts';

const AT = '/console/look';
const PREVIEW_AT = `${AT}/preview`;

/** How pages and messages look to recipients, with the tracking page as it would be. */
export function lookRoutes(deps: DeskDeps): readonly Route[] {
  const { brandings } = deps.parts.templating;
  const { messagesFolder } = deps.parts.proving;
  const pages = openTrackingPages({
    messagesFolder,
    carrier: () => ({ name: 'Carrier', url: null }),
  });
  const preview = ({ visitor }: DeskCall, document: Readonly<Record<string, unknown>>) => ({
    framedHtml: previewPage(pages, document, visitor.merchant.name, deps.parts.clock.nowMs()),
  });
  const render = (call: DeskCall | DeskFormCall, said: URLSearchParams, fault?: Problem) => ({
    scripted: LookPage({ deps, call, said, fault }),
  });
  return [
    deskPage(deps, 'readDeskLook', async (call) =>
      render(call, fieldsOf((await brandings.stored(call.tenant)).document)),
    ),
    deskForm(deps, 'changeDeskLook', async (call) => {
      try {
        await brandings.store(call.tenant, lookFrom(call.form), null);
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
        return { unfit: render(call, call.form, error) };
      }
      await call.note(null);
      return { seeOther: backTo(AT, call, 'saved') };
    }),
    deskPage(deps, 'readDeskPreview', async (call) =>
      preview(call, (await brandings.stored(call.tenant)).document),
    ),
    deskForm(deps, 'previewDeskLook', async (call) => {
      const { document } = await brandings.stored(call.tenant);
      // What cannot be shown yet is half typed: the page stays as it is stored, but for what fits.
      return preview(call, fitting(call.form, document));
    }),
  ];
}

/** What of a form can be used; where the whole cannot, each field that can by itself. */
function fitting(
  form: URLSearchParams,
  stored: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  try {
    return lookFrom(form);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const bad = new Set(error.errors.map(({ pointer }) => pointer.slice(1).split('/')[0] ?? ''));
    const rest = new URLSearchParams([...form].filter(([name]) => !bad.has(memberOf(name))));
    for (const name of bad) {
      const before = fieldsOf(stored).get(name);
      if (before) rest.set(name, before);
    }
    try {
      return lookFrom(rest);
    } catch {
      return stored;
    }
  }
}

function memberOf(field: string): string {
  return field.includes('.') ? 'texts' : field;
}

function namesIn({ names }: (typeof LOOK)['en']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).map(([name, said]) => [`/${name}`, said]));
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  /** What stands in the fields. */
  readonly said: URLSearchParams;
  readonly fault: Problem | undefined;
}

function LookPage({ deps, call, said, fault }: Props) {
  const { visitor } = call;
  const step = setupOf(call);
  const isSaved = call.query.get('done') === 'saved';
  const words = wordsFor(call, LOOK);
  const { parcels } = wordsFor(call, FRAME);
  const notice = isSaved ? words.saved : null;
  const script = deps.assets.deskScriptUrl;
  return (
    <DeskLayout
      {...{ deps, visitor, notice, script }}
      title={words.title}
      at="/console/look"
      setup={step}
    >
      <h1>{words.heading}</h1>
      <p class="lead">{words.lead(parcels[call.tenant.mode])}</p>
      {fault && <Faults problem={fault} names={namesIn(words)} />}
      <div class="look">
        <LookForm {...{ call, said, step }} />
        <section aria-label={words.preview} class="stack">
          <h2>{words.preview}</h2>
          <iframe class="mail" name="preview" title={words.previewTitle} src={PREVIEW_AT} />
        </section>
      </div>
    </DeskLayout>
  );
}

interface FormProps {
  readonly call: DeskCall;
  readonly said: URLSearchParams;
  readonly step: ReturnType<typeof setupOf>;
}

function LookForm({ call, said, step }: FormProps) {
  const words = useWords(LOOK);
  const value = (name: string) => said.get(name) ?? '';
  const plain = (name: Exclude<keyof typeof words.fields, 'address' | 'default_language'>) =>
    field(name, words.fields[name]);
  const field = (name: string, label: string) => (
    <p>
      <label for={name}>{label}</label>
      <input
        {...{ id: name, name, type: 'text', value: value(name), spellcheck: false }}
        autocomplete="off"
      />
    </p>
  );
  return (
    <form method="post" action={AT} class="card stack" data-preview>
      <input type="hidden" name="csrf" value={call.visitor.csrf} />
      <SetupField step={step} />
      <div class="fields">
        {plain('name')}
        {plain('logo_url')}
        {plain('color')}
        {plain('website')}
        {plain('support_email')}
        {plain('support_url')}
        <p>
          <label for="default_language">{words.fields.default_language}</label>
          <select id="default_language" name="default_language">
            {LANGUAGES.map((each) => (
              <option key={each} value={each} selected={each === value('default_language')}>
                {words.languages[each]}
              </option>
            ))}
          </select>
        </p>
      </div>
      <label for="address">{words.fields.address}</label>
      <textarea id="address" name="address" rows={3}>
        {value('address')}
      </textarea>
      <details>
        <summary>{words.ownWords}</summary>
        <div class="fields">
          {LANGUAGES.flatMap((each) =>
            OWN_WORDS.map((own) => field(`${own}.${each}`, words[own](words.languages[each]))),
          )}
        </div>
      </details>
      <div class="row">
        <button type="submit" class="primary">
          {words.save}
        </button>
        <button type="submit" formaction={PREVIEW_AT} formtarget="preview" data-previews>
          {words.show}
        </button>
      </div>
    </form>
  );
}
