import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Brandings } from '../../../merchants/index.ts';
import { LANGUAGES, type Language } from '../../../platform/messages/languages.ts';
import {
  CHANNEL_KINDS,
  type ChannelKind,
  type OwnWords,
  type OwnWordsDocument,
  type Rendered,
  type StoredOwnWords,
  sampleInput,
  smsSize,
  TEMPLATES,
  type TemplateName,
  type Templates,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { resource } from '../../kit/resource.ts';
import {
  notificationTemplate,
  notificationTemplates,
  ownWords,
  previewOrder,
  templatePreview,
  templatesQuery,
} from './schema.ts';

interface TemplateKey {
  readonly template: TemplateName;
  readonly language: Language;
}

interface TemplateRouteDeps {
  readonly templating: Templating;
  readonly adapters: Registry;
  readonly publicUrl: () => string;
}

const IF_MATCH = {
  'If-Match':
    'The `ETag` of the template you read. If it has changed since, nothing is stored and the answer is 412.',
};
const PATH_PARAMETERS = {
  template: 'The milestone, such as `delivered`.',
  language: `${LANGUAGES.map((each) => `\`${each}\``).join(', ')}.`,
};
const ONE_TEMPLATE = {
  path: '/notification-templates/:template/:language',
  tag: 'Notifications',
  params: PATH_PARAMETERS,
} as const;

/** A merchant's own texts for its customers. */
export const notificationTemplatesResource = resource(
  { noun: 'template', tag: 'Notifications' },
  {
    list: {
      id: 'listNotificationTemplates',
      method: 'GET',
      path: '/notification-templates',
      summary: 'List message templates in one language',
      description:
        'A text may contain variables such as `{carrier_name}`. `[…]` is omitted if a variable in it is unknown; `[…|…]` then shows the second part.',
      scope: 'notifications:read',
      query: templatesQuery,
      answers: { 200: { description: 'One entry per template.', schema: notificationTemplates } },
    },
    get: {
      ...ONE_TEMPLATE,
      id: 'getNotificationTemplate',
      method: 'GET',
      summary: 'Get a message template',
      scope: 'notifications:read',
      answers: { 200: { description: 'The active template.', schema: notificationTemplate } },
      errors: ['not_found'],
    },
    set: {
      ...ONE_TEMPLATE,
      id: 'setNotificationTemplate',
      method: 'PUT',
      summary: 'Change a message template',
      description:
        'Omitted parts keep the shipped text. Plain text only, no HTML. URLs (`{track_url}`, `{action_url}`) are allowed in SMS only, because emails have buttons.',
      scope: 'notifications:write',
      headers: IF_MATCH,
      body: ownWords,
      answers: { 200: { description: 'Active.', schema: notificationTemplate } },
      errors: ['not_found', 'precondition_failed'],
      example: {
        subject: 'Your pots[ from {merchant_name}] are out for delivery',
        text: ['{carrier_name} has your pots in the van. Handle with care!'],
      },
    },
    remove: {
      ...ONE_TEMPLATE,
      id: 'deleteNotificationTemplate',
      method: 'DELETE',
      summary: 'Restore the original message template',
      scope: 'notifications:write',
      headers: IF_MATCH,
      answers: { 204: { description: 'Your rules are deleted.' } },
      errors: ['not_found', 'precondition_failed'],
    },
    preview: {
      ...ONE_TEMPLATE,
      id: 'previewNotificationTemplate',
      method: 'POST',
      path: '/notification-templates/:template/:language/preview',
      summary: 'Preview a message',
      description: 'For a synthetic parcel, with your branding. Nothing is sent or stored.',
      scope: 'notifications:read',
      body: previewOrder,
      answers: {
        200: { description: 'The message for each kind of channel.', schema: templatePreview },
      },
      errors: ['not_found'],
      example: { words: { subject: 'It is here[, {recipient_name}]!' }, kinds: ['email', 'sms'] },
    },
  },
  (deps: TemplateRouteDeps) => {
    const { ownWords, brandings } = deps.templating;
    const storedTemplate = async (tenant: Tenant, key: TemplateKey) =>
      (await ownWords.list(tenant)).find((each) => isTemplateOf(each, key)) ?? null;
    return {
      list: async ({ tenant, query }) => {
        const { defaultLanguage } = await brandings.brandingOf(tenant);
        const language = query.language ?? defaultLanguage;
        const stored = await ownWords.list(tenant);
        const data = TEMPLATES.map((template) => {
          const key = { template, language };
          return templateJson(deps, key, stored.find((each) => isTemplateOf(each, key)) ?? null);
        });
        return { status: 200, body: { data, next_cursor: null } };
      },
      get: async ({ tenant, param }) => {
        const key = templateKeyFrom(param);
        return answerOf(deps, key, await storedTemplate(tenant, key));
      },
      set: async ({ tenant, param, body, request }) => {
        const key = templateKeyFrom(param);
        const before = (await storedTemplate(tenant, key))?.generation ?? 0;
        const expected = expectedGeneration(request, before);
        const stored = await ownWords.store(tenant, key, body, expected);
        if (stored === null) throw changed((await storedTemplate(tenant, key))?.generation ?? 0);
        return answerOf(deps, key, stored);
      },
      remove: async ({ tenant, param, request }) => {
        const key = templateKeyFrom(param);
        const before = await storedTemplate(tenant, key);
        if (before === null) throw new Problem('not_found', 'notifications.templateNotCustomized');
        const expected = expectedGeneration(request, before.generation);
        if (await ownWords.remove(tenant, key, expected)) return { status: 204 };
        throw changed((await storedTemplate(tenant, key))?.generation ?? 0);
      },
      preview: async ({ tenant, param, body }) => {
        const key = templateKeyFrom(param);
        const wanted = { tenant, ...key, kinds: body.kinds ?? CHANNEL_KINDS };
        return { status: 200, body: await preview(deps, wanted, body.words ?? null) };
      },
    };
  },
);

/** Returns a sample message in the format of each kind of channel, as JSON. */
async function preview(
  deps: TemplateRouteDeps,
  wanted: TemplateKey & { readonly tenant: Tenant; readonly kinds: readonly ChannelKind[] },
  draft: OwnWordsDocument | null,
): Promise<Record<string, unknown>> {
  const { templates } = deps.templating;
  const [adapter] = deps.adapters.carriers();
  const answer: Record<string, unknown> = {};
  for (const kind of wanted.kinds) {
    const input = sampleInput({
      tenant: wanted.tenant,
      template: wanted.template,
      kind,
      locale: wanted.language,
      carrier: adapter?.manifest.name ?? 'carrier',
      publicUrl: deps.publicUrl(),
    });
    answer[kind] = previewJson(await templates.preview(input, draft));
  }
  return answer;
}

function previewJson(rendered: Rendered): unknown {
  switch (rendered.kind) {
    case 'email':
      return { subject: rendered.subject, html: rendered.html, text: rendered.text };
    case 'sms':
      return { text: rendered.text, ...smsSize(rendered.text) };
    case 'push':
      return { title: rendered.title, body: rendered.body, url: rendered.url };
    case 'ticket':
      return { subject: rendered.subject, text: rendered.text, tags: rendered.tags };
    case 'webhook':
      return rendered.body;
  }
}

/** Reads the template and language from the path; throws a 404 if either is unknown. */
function templateKeyFrom(param: (name: string) => string): TemplateKey {
  const template = TEMPLATES.find((name) => name === param('template'));
  const language = LANGUAGES.find((name) => name === param('language'));
  if (template === undefined) {
    throw new Problem('not_found', {
      'notifications.unknownTemplate': { templates: TEMPLATES.join(', ') },
    });
  }
  if (language === undefined) {
    throw new Problem('not_found', {
      'notifications.unknownLanguage': { languages: LANGUAGES.join(', ') },
    });
  }
  return { template, language };
}

function isTemplateOf(stored: TemplateKey, { template, language }: TemplateKey): boolean {
  return stored.template === template && stored.language === language;
}

function answerOf(
  deps: TemplateRouteDeps,
  key: TemplateKey,
  stored: StoredOwnWords | null,
): Answer {
  const headers = stored === null ? {} : { etag: etagOf(stored.generation) };
  return { status: 200, headers, body: templateJson(deps, key, stored) };
}

function templateJson(
  { templating }: TemplateRouteDeps,
  { template, language }: TemplateKey,
  stored: StoredOwnWords | null,
) {
  const shipped = templating.templates.written(language, template);
  const own = stored?.document ?? {};
  return {
    template,
    language,
    ...shipped,
    action: shipped.action ?? null,
    ...own,
    own: Object.keys(own),
    updated_at: iso(stored?.updatedAtMs ?? null),
  };
}

/** Templates for messages, and merchants' changes to them. */
export interface Templating {
  readonly brandings: Brandings;
  readonly ownWords: OwnWords;
  readonly templates: Templates;
}
