import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import { type Language, languageOf } from '../../../platform/messages/languages.ts';
import {
  CHANNEL_KINDS,
  type ChannelKind,
  type MailboxMessage,
  type MailboxView,
  type Rendered,
  sampleInput,
  TEMPLATES,
  type TemplateName,
} from '../../../reactions/notifications/index.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { deskPage } from '../../console/kit/desk-route.ts';
import { languageFor } from '../../console/kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../../console/kit/visit.ts';
import type { Route } from '../../kit/route.ts';
import { MailboxListPage, MailboxMessagePage } from './console-mailbox-pages.tsx';
import { TemplatePage, TemplatesPage, urlInSms } from './console-pages.tsx';

/** Messages sent by the embedded mailbox, and previews of others. */
export function messageConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { mailbox } = deps.parts;
  return [...(mailbox === null ? [] : mailboxRoutes(deps, mailbox)), ...templateRoutes(deps)];
}

const MESSAGES_SHOWN = 50;

function mailboxRoutes(deps: DeskDeps, mailbox: MailboxView): readonly Route[] {
  const readMessage = async ({ param }: DeskCall) => {
    const message = await mailbox.read(param('name'));
    if (message !== null) return message;
    throw new Problem('not_found', 'notifications.noSuchMessage');
  };
  return [
    deskPage(deps, 'readMailbox', async (call) => {
      const position = call.query.get('before');
      // A longer name is no valid cursor.
      const before = position === null || position.length > 100 ? null : position;
      const page = await mailbox.list({ before, limit: MESSAGES_SHOWN });
      const shipments = await shipmentsOf(deps, page.messages);
      return h(MailboxListPage, { deps, call, page, shipments });
    }),
    deskPage(deps, 'readMailboxMessage', async (call) => {
      const message = await readMessage(call);
      const { name } = message;
      deps.parts.log.info(
        { actor_id: call.visitor.actor.id, name },
        'an operator read a mailbox message',
      );
      const shipments = await shipmentsOf(deps, [message]);
      return h(MailboxMessagePage, { deps, call, message, shipments });
    }),
    deskPage(deps, 'readMailboxHtml', async (call) => {
      const { html } = await readMessage(call);
      if (html === null) throw new Problem('not_found', 'notifications.notHtmlEmail');
      return { framedHtml: html };
    }),
  ];
}

/** The parcels that messages are about, by their ids. */
async function shipmentsOf({ parts }: DeskDeps, messages: readonly MailboxMessage[]) {
  const ids = messages.map(({ shipmentId }) => shipmentId).filter(isUuid);
  const found = await shipmentsByIds(parts.db.pipeline, [...new Set(ids)]);
  return new Map(found.map((shipment) => [shipment.id, shipment]));
}

function templateRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'readTemplates', async (call) => {
      const choice = await choiceFromQuery(deps, call);
      const lines = await Promise.all(
        TEMPLATES.map(async (template) => {
          const [email, sms] = await Promise.all([
            renderSample(deps, choice, template, 'email'),
            renderSample(deps, choice, template, 'sms'),
          ]);
          return {
            template,
            subject: email.kind === 'email' ? email.subject : '',
            sms: sms.kind === 'sms' ? sms.text : '',
          };
        }),
      );
      return h(TemplatesPage, { deps, call, ...choice, lines });
    }),
    deskPage(deps, 'readTemplate', async (call) => {
      const template = templateOf(call);
      const choice = await choiceFromQuery(deps, call);
      const forms = CHANNEL_KINDS.map((kind) => renderSample(deps, choice, template, kind));
      return h(TemplatePage, {
        deps,
        call,
        ...choice,
        template,
        rendered: await Promise.all(forms),
      });
    }),
    deskPage(deps, 'readTemplateHtml', async (call) => {
      const template = templateOf(call);
      const mail = await renderSample(deps, await choiceFromQuery(deps, call), template, 'email');
      return { framedHtml: mail.kind === 'email' ? mail.html : '' };
    }),
  ];
}

function templateOf({ param }: DeskCall): TemplateName {
  const template = TEMPLATES.find((name) => name === param('template'));
  if (template !== undefined) return template;
  throw new Problem('not_found', {
    'notifications.unknownTemplate': { templates: TEMPLATES.join(', ') },
  });
}

interface Choice {
  readonly language: Language;
  /** Test mode shows drafts; live mode shows what customers see. */
  readonly mode: Mode;
  readonly merchants: readonly {
    readonly id: string;
    readonly slug: string;
    readonly name: string;
  }[];
  readonly merchant: Choice['merchants'][number] | null;
}

/** Absent parameters mean the language and the merchant that the reader looks at, in live mode. */
async function choiceFromQuery(
  deps: DeskDeps,
  { query, request, visitor }: DeskCall,
): Promise<Choice> {
  const all = await visibleMerchants(deps.parts.db.pipeline);
  const requested = query.get('merchant') ?? visitor.merchant.slug;
  return {
    language: languageOf(query.get('language')) ?? languageFor(request),
    mode: query.get('mode') === 'test' ? 'test' : 'live',
    merchants: all,
    merchant: all.find(({ slug }) => slug === requested) ?? all[0] ?? null,
  };
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

async function renderSample(
  { parts }: DeskDeps,
  { language, merchant, mode }: Choice,
  template: TemplateName,
  kind: ChannelKind,
): Promise<Rendered> {
  const [adapter] = parts.adapters.carriers();
  const input = sampleInput({
    template,
    kind,
    locale: language,
    publicUrl: kind === 'sms' ? urlInSms(parts.publicUrl()) : parts.publicUrl(),
    tenant: { merchantId: merchant?.id ?? NOBODY, mode },
    carrier: adapter?.manifest.name ?? 'carrier',
  });
  return parts.templating.templates.preview(input, null);
}
