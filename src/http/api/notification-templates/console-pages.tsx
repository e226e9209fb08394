import type { Mode } from '../../../kernel/tenant.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import {
  type Rendered,
  smsSize,
  TEMPLATES,
  type TemplateName,
} from '../../../reactions/notifications/index.ts';
import { MerchantOptions, ModeChoice } from '../../console/kit/choices.tsx';
import { Empty, RawText, Table, Tag } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import { MailFrame } from './console-mailbox-pages.tsx';

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
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

export interface TemplateLine {
  readonly template: TemplateName;
  readonly subject: string;
  readonly sms: string;
}

/** Every message template in one language. */
export function TemplatesPage(props: PageProps & { readonly lines: readonly TemplateLine[] }) {
  const { deps, call, lines } = props;
  return (
    <Layout assets={deps.assets} title="Templates" visitor={call.visitor} at="/ops/templates">
      <h1>Templates</h1>
      <p class="lead">
        The messages people get about their parcels, shown for an invented parcel. The texts are
        those of <code>config/messages</code>, or a merchant’s own.
      </p>
      <Choices {...props} path="/ops/templates" />
      <Table label="Templates" head={['Template', 'Email subject', 'SMS']} stacks>
        {lines.map(({ template, subject, sms }) => (
          <tr key={template}>
            <th scope="row">
              <a href={`/ops/templates/${template}${queryOf(props)}`}>{template}</a>
            </th>
            <td class="wrap">{subject}</td>
            <td class="wrap">
              {sms} <SmsTag text={sms} />
            </td>
          </tr>
        ))}
      </Table>
    </Layout>
  );
}

interface TemplateProps extends PageProps {
  readonly template: TemplateName;
  readonly rendered: readonly Rendered[];
}

/** One message in every format, at desktop and phone width. */
export function TemplatePage(props: TemplateProps) {
  const { deps, call, template, rendered } = props;
  const src = `/ops/templates/${template}/html${queryOf(props)}`;
  const at = TEMPLATES.indexOf(template);
  const around = [
    ['Previous', TEMPLATES[at - 1]],
    ['Next', TEMPLATES[at + 1]],
  ] as const;
  return (
    <Layout assets={deps.assets} title={template} visitor={call.visitor} at="/ops/templates">
      <p class="crumbs">
        <a href={`/ops/templates${queryOf(props)}`}>Templates</a>
      </p>
      <h1>{template}</h1>
      <Choices {...props} path={`/ops/templates/${template}`} />
      {rendered.map((form) => (
        <Form key={form.kind} form={form} src={src} />
      ))}
      <p class="row">
        {around.map(
          ([label, name]) =>
            name !== undefined && (
              <a key={label} href={`/ops/templates/${name}${queryOf(props)}`}>
                {label}: {name}
              </a>
            ),
        )}
      </p>
    </Layout>
  );
}

function Form({ form, src }: { readonly form: Rendered; readonly src: string }) {
  return (
    <section aria-labelledby={form.kind}>
      <h2 id={form.kind}>{TITLES[form.kind]}</h2>
      {form.kind === 'email' && (
        <>
          <dl class="facts">
            <dt>Subject</dt>
            <dd>{form.subject}</dd>
            <dt>From</dt>
            <dd>{form.fromName ?? 'as the channel is configured'}</dd>
            <dt>Size</dt>
            <dd>{(Buffer.byteLength(form.html) / 1_000).toFixed(1)} kB</dd>
          </dl>
          <div class="frames">
            <MailFrame src={src} title="The email in a wide window" />
            <MailFrame src={src} title="The email on a phone" phone />
          </div>
          <details>
            <summary>Plain text version</summary>
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

const TITLES: Readonly<Record<Rendered['kind'], string>> = {
  email: 'Email',
  sms: 'SMS',
  push: 'Push',
  ticket: 'Ticket',
  webhook: 'Webhook to the merchant',
};

function SmsTag({ text }: { readonly text: string }) {
  const { letters, parts, alphabet } = smsSize(text);
  return (
    <Tag tone={parts === 1 ? 'good' : 'warn'}>
      {`${letters} ${alphabet === 'gsm' ? 'characters' : 'Unicode characters'}, ${parts} SMS`}
    </Tag>
  );
}

function Choices(props: PageProps & { readonly path: string }) {
  const { language, mode, merchant, merchants, path } = props;
  return (
    <div class="stack">
      <nav class="filters" aria-label="Language">
        {LANGUAGES.map((each) => (
          <a
            key={each}
            href={`${path}${queryOf({ ...props, language: each })}`}
            aria-current={each === language ? 'true' : undefined}
          >
            {messagesIn(each).language.name}
          </a>
        ))}
      </nav>
      {merchants.length === 0 ? (
        <Empty>No merchants yet.</Empty>
      ) : (
        <form method="get" action={path} class="row">
          <input type="hidden" name="language" value={language} />
          <label for="merchant">Merchant</label>
          <select id="merchant" name="merchant">
            <MerchantOptions merchants={merchants} chosen={merchant?.slug} />
          </select>
          <ModeChoice mode={mode} />
          <button type="submit">Show</button>
        </form>
      )}
    </div>
  );
}

function queryOf({ language, mode, merchant }: Omit<PageProps, 'deps' | 'call'>): string {
  const of = merchant && { merchant: merchant.slug };
  const query = new URLSearchParams({ language, mode, ...of });
  return `?${query}`;
}
