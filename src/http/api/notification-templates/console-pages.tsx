import { MODES, type Mode } from '../../../kernel/tenant.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import {
  type Rendered,
  smsSize,
  TEMPLATES,
  type TemplateName,
} from '../../../reactions/notifications/index.ts';
import { LanguageSegments, MerchantMenu, ModeSegments } from '../../console/kit/choices.tsx';
import { useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { Empty, Fact, RawText, Table, Tag } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { isOfThisMachine } from '../../console/setup/state.ts';
import { MailFrame } from './console-mailbox-pages.tsx';

/** As long as the public URL of most hubs. */
const EXAMPLE_URL = 'https://track.example.com';

/** The public URL in samples of SMS: one of this machine would make their lengths wrong. Pure. */
export function urlInSms(publicUrl: string): string {
  return isOfThisMachine(publicUrl) ? EXAMPLE_URL : publicUrl;
}

interface PageProps extends DeskPageProps {
  readonly language: Language;
  readonly mode: Mode;
  /** The merchant whose branding and texts are shown; null: none. */
  readonly merchant: MerchantChoice | null;
  readonly merchants: readonly MerchantChoice[];
}

interface MerchantChoice {
  readonly slug: string;
  readonly name: string;
}

interface TemplateLine {
  readonly template: TemplateName;
  readonly subject: string;
  readonly sms: string;
}

/** Every message template in one language. */
export function TemplatesPage(props: PageProps & { readonly lines: readonly TemplateLine[] }) {
  const words = useMessages().console.templates;
  const { milestones } = useMessages().desk.milestones;
  const { deps, call, lines } = props;
  return (
    <DeskLayout
      {...{ deps, scope: props, visitor: call.visitor, at: '/console/hub/templates' }}
      title={words.title}
    >
      <PageHead title={words.title} lead={words.lead} />
      <Choices {...props} path="/console/hub/templates" />
      {isOfThisMachine(deps.parts.publicUrl()) && (
        <p class="soft">{words.exampleUrl({ url: EXAMPLE_URL })}</p>
      )}
      <Table
        label={words.title}
        head={[words.template, words.emailSubject, words.sms, words.smsLength]}
        stacks="lines"
      >
        {lines.map(({ template, subject, sms }) => (
          <tr key={template}>
            <th scope="row">
              <a class="sentence" href={`/console/hub/templates/${template}${queryOf(props)}`}>
                {milestones[template]}
              </a>
            </th>
            <td class="wrap">{subject}</td>
            <td class="wrap">
              <WithLinks text={sms} />
            </td>
            <td class="state">
              <SmsLength text={sms} />
            </td>
          </tr>
        ))}
      </Table>
    </DeskLayout>
  );
}

/** A text with a mark in place of each link, which may be as long as the text. */
function WithLinks({ text }: { readonly text: string }) {
  const { link } = useMessages().console.templates;
  return (
    <>
      {text.split(/(https?:\/\/\S+)/).map((piece, index) =>
        index % 2 === 1 ? (
          <span key={piece} class="tag plain" title={piece}>
            {link({ letters: piece.length })}
          </span>
        ) : (
          piece
        ),
      )}
    </>
  );
}

interface TemplateProps extends PageProps {
  readonly template: TemplateName;
  readonly rendered: readonly Rendered[];
}

/** One message in every format, at desktop and phone width. */
export function TemplatePage(props: TemplateProps) {
  const words = useMessages().console.templates;
  const { milestones } = useMessages().desk.milestones;
  const { deps, call, template, rendered } = props;
  const src = `/console/hub/templates/${template}/html${queryOf(props)}`;
  const at = TEMPLATES.indexOf(template);
  const around = [
    [words.previous, TEMPLATES[at - 1]],
    [words.following, TEMPLATES[at + 1]],
  ] as const;
  return (
    <DeskLayout
      {...{ deps, scope: props, visitor: call.visitor, at: '/console/hub/templates' }}
      title={milestones[template]}
    >
      <PageHead
        title={<span class="sentence">{milestones[template]}</span>}
        marks={<code class="soft">{template}</code>}
        above={[[`/console/hub/templates${queryOf(props)}`, words.title]]}
      />
      <Choices {...props} path={`/console/hub/templates/${template}`} />
      {rendered.map((form) => (
        <Form key={form.kind} form={form} src={src} />
      ))}
      <p class="row">
        {around.map(
          ([label, name]) =>
            name !== undefined && (
              <a key={name} href={`/console/hub/templates/${name}${queryOf(props)}`}>
                {label({ template: milestones[name] })}
              </a>
            ),
        )}
      </p>
    </DeskLayout>
  );
}

function Form({ form, src }: { readonly form: Rendered; readonly src: string }) {
  const words = useMessages().console.templates;
  const inFigures = useNumbers();
  return (
    <section aria-labelledby={form.kind}>
      <h2 id={form.kind}>{words.kinds[form.kind]}</h2>
      {form.kind === 'email' && (
        <>
          <dl class="facts card">
            <Fact name={words.subject}>{form.subject}</Fact>
            <Fact name={words.from}>{form.fromName ?? words.fromAsConfigured}</Fact>
            <Fact name={words.size}>{inFigures(Buffer.byteLength(form.html) / 1_000, 1)} kB</Fact>
          </dl>
          <div class="frames">
            <MailFrame src={src} title={words.wide} />
            <MailFrame src={src} title={words.onPhone} phone />
          </div>
          <details>
            <summary>{words.plainText}</summary>
            <RawText>{form.text}</RawText>
          </details>
        </>
      )}
      {form.kind === 'sms' && (
        <p class="content">
          {form.text} <SmsTag text={form.text} />
        </p>
      )}
      {form.kind === 'push' && (
        <p class="content">
          <b>{form.title}</b>
          {`\n${form.body}`}
        </p>
      )}
      {form.kind === 'ticket' && (
        <>
          <RawText>{`${form.subject}\n\n${form.text}`}</RawText>
          <p class="tags">
            {form.tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </p>
        </>
      )}
      {form.kind === 'webhook' && <RawText>{JSON.stringify(form.body, null, 2)}</RawText>}
    </section>
  );
}

/** The number of characters; how many messages that is, only where it is more than one. */
function SmsLength({ text }: { readonly text: string }) {
  const words = useMessages().console.templates;
  const { letters, parts, ...size } = smsSize(text);
  return (
    <span title={words.smsSize({ letters, parts, ...size })}>
      {letters} {parts > 1 && <Tag tone="warn">{words.sentAs({ parts })}</Tag>}
    </span>
  );
}

function SmsTag({ text }: { readonly text: string }) {
  const words = useMessages().console.templates;
  const size = smsSize(text);
  return <Tag tone={size.parts === 1 ? 'good' : 'warn'}>{words.smsSize(size)}</Tag>;
}

function Choices(props: PageProps & { readonly path: string }) {
  const words = useMessages().console.templates;
  const { language, mode, merchant, merchants, path } = props;
  const link = (other: Partial<PageProps>) => `${path}${queryOf({ ...props, ...other })}`;
  return (
    <>
      <div class="chips">
        <LanguageSegments language={language} pathIn={(each) => link({ language: each })} />
        {merchant !== null && (
          <>
            <ModeSegments {...{ mode, modes: MODES }} pathIn={(other) => link({ mode: other })} />
            <MerchantMenu
              {...{ merchants, chosen: merchant }}
              pathOf={(other) => link({ merchant: other })}
            />
          </>
        )}
      </div>
      {merchant === null && <Empty>{words.noMerchants}</Empty>}
    </>
  );
}

function queryOf({ language, mode, merchant }: Omit<PageProps, 'deps' | 'call'>): string {
  const of = merchant && { merchant: merchant.slug };
  const query = new URLSearchParams({ language, mode, ...of });
  return `?${query}`;
}
