import type { Problem } from '../../../kernel/errors.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import {
  CHANNEL_KINDS,
  type ChannelKind,
  type OwnWordsDocument,
  ownWordsDocument,
  type Rendered,
  type StoredOwnWords,
  smsSize,
  TEXT_VARIABLES,
  type TemplateName,
  type Templates,
} from '../../../reactions/notifications/index.ts';
import { parseBody } from '../../kit/validation.ts';
import { LanguageSegments } from '../kit/choices.tsx';
import { Faults, FormRefused, useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Action, Tag } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { PreviewFrame } from '../settings/preview-frame.tsx';

const AT = '/console/messages';

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly place: { readonly template: TemplateName; readonly language: Language };
  /** Null: all texts are as shipped. */
  readonly stored: StoredOwnWords | null;
  readonly sms: Rendered;
  readonly push: Rendered;
  readonly channels: ShortProps['channels'];
  /** The fields' values. */
  readonly said: URLSearchParams;
  readonly fault: Problem | undefined;
}

/** One message in one language: its texts, and a preview. */
export function TextPage({ deps, call, place, stored, said, fault, ...short }: Props) {
  const words = messagesFor(call).desk.templates;
  const { milestones } = messagesFor(call).desk.milestones;
  const { visitor } = call;
  const { template, language } = place;
  const to = `${AT}/${template}/${language}`;
  const fields = Object.fromEntries(
    TEXT_FIELDS.map((name) => [`/${name}`, { name: words.fields[name], control: name }]),
  );
  const refused = fault === undefined ? null : { problem: fault, fields };
  return (
    <DeskLayout
      {...{ deps, visitor, at: AT, notice: doneOf(call, words.textDone) }}
      title={milestones[template]}
    >
      <p class="crumbs">
        <a href={`${AT}?texts=${language}`}>{words.title}</a>
      </p>
      <h1 class="sentence">
        {milestones[template]}{' '}
        <Tag tone={stored === null ? 'plain' : 'good'}>
          {stored === null ? words.shipped : words.own}
        </Tag>
      </h1>
      <div class="chips">
        <LanguageSegments language={language} pathIn={(each) => `${AT}/${template}/${each}`} />
      </div>
      {refused && <Faults {...refused} />}
      <div class="look">
        <FormRefused value={refused}>
          <TextForm {...{ to, said, language }} />
        </FormRefused>
        <PreviewFrame title={words.previewTitle} src={`${to}/preview`}>
          <Short {...short} language={language} />
        </PreviewFrame>
      </div>
      {stored !== null && (
        <Action {...{ to, label: words.resetText, kind: 'danger' }} fields={{ do: 'reset' }} />
      )}
    </DeskLayout>
  );
}

interface FormProps {
  readonly to: string;
  readonly said: URLSearchParams;
  readonly language: Language;
}

const ROWS: Readonly<Partial<Record<TextField, number>>> = { text: 8, sms: 6 };

function TextForm({ to, said, language }: FormProps) {
  const words = useMessages().desk.templates;
  const { save, show } = useMessages().desk.branding;
  return (
    <PostForm to={to} class="card stack" data-preview>
      {TEXT_FIELDS.map((name) => (
        <Part key={name} {...{ name, language }} value={said.get(name) ?? ''} />
      ))}
      <section aria-labelledby="placeholders">
        <h2 id="placeholders">{words.placeholders}</h2>
        <p class="codes">
          {TEXT_VARIABLES.map((name) => (
            <button key={name} type="button" class="code" data-inserts>
              <code>{`{${name}}`}</code>
            </button>
          ))}
        </p>
      </section>
      <div class="row">
        <button type="submit" class="primary" name="do" value="save">
          {save}
        </button>
        <button type="submit" formaction={`${to}/preview`} formtarget="preview" data-previews="*">
          {show}
        </button>
      </div>
    </PostForm>
  );
}

interface PartProps {
  readonly name: TextField;
  readonly language: Language;
  readonly value: string;
}

/** One text of a message. */
function Part({ name, language, value }: PartProps) {
  const words = useMessages().desk.templates;
  const hint = name === 'sms' ? words.smsHint : name === 'subject' ? words.filledIn : undefined;
  const { marks, said } = useFaultAt(name, hint && `${name}-hint`);
  const rows = ROWS[name];
  const field = { id: name, name, lang: language, maxLength: 10_000, ...marks };
  return (
    <p>
      <label for={name}>{words.fields[name]}</label>
      {said}
      {rows === undefined ? (
        <input type="text" {...field} value={value} autocomplete="off" />
      ) : (
        <textarea class="prose" {...{ ...field, rows }}>
          {value}
        </textarea>
      )}
      {hint && (
        <span id={`${name}-hint`} class="soft">
          {hint}
        </span>
      )}
    </p>
  );
}

export interface ShortProps {
  readonly sms: Rendered;
  readonly push: Rendered;
  readonly language: Language;
  /** Those by which messages can be sent. */
  readonly channels: readonly ChannelKind[];
  /** Those by which this one is sent, which are shown; absent: all. */
  readonly sent?: readonly ChannelKind[];
}

/** SMS and push message with the stored texts, and whether they can be sent. */
export function Short({ sms, push, language, channels, sent = CHANNEL_KINDS }: ShortProps) {
  const { templates: words, shipment } = useMessages().desk;
  const offOf = (channel: 'sms' | 'push') =>
    !channels.includes(channel) && (
      <p class="soft">{words.off.no_channel({ channel: shipment.channels[channel] })}</p>
    );
  return (
    <>
      {sms.kind === 'sms' && sent.includes('sms') && (
        <>
          <h3>
            SMS{' '}
            <Tag>
              {words.smsSize({
                letters: smsSize(sms.text).letters,
                parts: smsSize(sms.text).parts,
              })}
            </Tag>
          </h3>
          {offOf('sms')}
          <p class="content wrap" lang={language}>
            {sms.text}
          </p>
        </>
      )}
      {push.kind === 'push' && sent.includes('push') && (
        <>
          <h3>{words.push}</h3>
          {offOf('push')}
          <p class="content" lang={language}>
            <b>{push.title}</b>
            {`\n${push.body}`}
          </p>
        </>
      )}
    </>
  );
}

type Written = ReturnType<Templates['written']>;
type Document = Partial<OwnWordsDocument>;

/**
 * Texts a merchant may change, in the form's format: paragraphs separated by a blank line, SMS one
 * per line.
 */
const TEXT_FIELDS = ['subject', 'heading', 'text', 'action', 'sms', 'push'] as const;
type TextField = (typeof TEXT_FIELDS)[number];

const BETWEEN = { text: '\n\n', sms: '\n' } as const;

/** A template's texts as form fields: the merchant's own, else the shipped ones. Pure. */
export function fieldsOf(shipped: Written, own: Document = {}): URLSearchParams {
  const fields = new URLSearchParams();
  for (const name of TEXT_FIELDS) fields.set(name, asField(name, own[name] ?? shipped[name]));
  return fields;
}

/**
 * A form's differences from the shipped texts, as a body of `PUT /v1/notification-templates`;
 * null: none. Empty fields mean the shipped text.
 *
 * @throws Problem 422 with a pointer for each field
 */
export function textFrom(form: URLSearchParams, shipped: Written): OwnWordsDocument | null {
  const own = TEXT_FIELDS.flatMap((name) => {
    const said = (form.get(name) ?? '').replaceAll('\r\n', '\n').trim();
    if (said === '' || said === asField(name, shipped[name])) return [];
    return [[name, asMember(name, said)] as const];
  });
  return own.length === 0 ? null : parseBody(ownWordsDocument, Object.fromEntries(own));
}

/** A text as a form field, its paragraphs or SMS lines joined. */
function asField(name: TextField, said: string | readonly string[] | undefined): string {
  if (said === undefined || typeof said === 'string') return said ?? '';
  return said.join(name === 'text' ? BETWEEN.text : BETWEEN.sms);
}

/** A form field as the API's member: a list of paragraphs or lines for `text` and `sms`. */
function asMember(name: TextField, said: string): string | readonly string[] {
  if (name === 'sms') return said.split('\n').flatMap((line) => line.trim() || []);
  if (name !== 'text') return said;
  // Line breaks within a paragraph are only from typing.
  return said.split(/\n\s*\n/).map((each) =>
    each
      .split('\n')
      .flatMap((line) => line.trim() || [])
      .join(' '),
  );
}
