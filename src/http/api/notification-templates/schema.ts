import { z } from 'zod';
import { instantOrNull } from '../../../kernel/time/time-kinds.ts';
import {
  CHANNEL_KINDS,
  ownWordsDocument,
  TEMPLATES,
} from '../../../reactions/notifications/index.ts';
import { language } from '../branding/schema.ts';

export const templateName = z.enum(TEMPLATES).meta({ id: 'NotificationTemplateName' });

export const templatesQuery = z.strictObject({
  language: language.optional().describe('Default: your default language.'),
});

export const ownWords = ownWordsDocument.meta({ id: 'OwnWords' });

export const notificationTemplate = z
  .strictObject({
    template: templateName,
    language,
    subject: z.string(),
    heading: z.string(),
    text: z.array(z.string()),
    action: z.string().nullable().describe('Null: the default label.'),
    sms: z.array(z.string()),
    push: z.string(),
    own: z.array(z.string()).describe('The members that you changed.'),
    updated_at: instantOrNull.describe('Null: everything is as shipped.'),
  })
  .meta({ id: 'NotificationTemplate' });

export const notificationTemplates = z
  .strictObject({ data: z.array(notificationTemplate), next_cursor: z.null() })
  .meta({ id: 'NotificationTemplates' });

export const previewOrder = z
  .strictObject({
    words: ownWords.optional().describe('A draft to preview. Default: the active template.'),
    kinds: z.array(z.enum(CHANNEL_KINDS)).min(1).max(CHANNEL_KINDS.length).optional(),
  })
  .meta({ id: 'TemplatePreviewOrder' });

export const templatePreview = z
  .strictObject({
    email: z.strictObject({ subject: z.string(), html: z.string(), text: z.string() }).optional(),
    sms: z
      .strictObject({
        text: z.string(),
        alphabet: z.enum(['gsm', 'unicode']),
        letters: z.int(),
        parts: z.int().describe('The number of SMS it is sent and billed as.'),
      })
      .optional(),
    push: z.strictObject({ title: z.string(), body: z.string(), url: z.string() }).optional(),
    ticket: z
      .strictObject({ subject: z.string(), text: z.string(), tags: z.array(z.string()) })
      .optional(),
    webhook: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'TemplatePreview' });
