import { operation } from '../../kit/operation.ts';
import {
  notificationTemplate,
  notificationTemplates,
  ownWords,
  previewOrder,
  templatePreview,
  templatesQuery,
} from './schema.ts';

const IF_MATCH = {
  'If-Match':
    'The `ETag` of the template you read. If it has changed since, nothing is stored and the answer is 412.',
};
const PLACE = {
  template: 'The milestone, such as `delivered`.',
  language: '`en`, `de`, `es` or `fr`.',
};
const one = {
  path: '/notification-templates/:template/:language',
  tag: 'Notifications',
  params: PLACE,
} as const;

export const listTemplatesOperation = operation({
  id: 'listNotificationTemplates',
  method: 'GET',
  path: '/notification-templates',
  tag: 'Notifications',
  summary: 'List message templates in one language',
  description:
    'A text may contain variables such as `{carrier_name}`. `[…]` is omitted if a variable in it is unknown; `[…|…]` then shows the second part.',
  scope: 'notifications:read',
  query: templatesQuery,
  answers: { 200: { description: 'One entry per template.', schema: notificationTemplates } },
});

export const getTemplateOperation = operation({
  ...one,
  id: 'getNotificationTemplate',
  method: 'GET',
  summary: 'Get a message template',
  scope: 'notifications:read',
  answers: { 200: { description: 'The active template.', schema: notificationTemplate } },
  errors: ['not_found'],
});

export const putTemplateOperation = operation({
  ...one,
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
});

export const deleteTemplateOperation = operation({
  ...one,
  id: 'deleteNotificationTemplate',
  method: 'DELETE',
  summary: 'Restore the original message template',
  scope: 'notifications:write',
  headers: IF_MATCH,
  answers: { 204: { description: 'Your rules are deleted.' } },
  errors: ['not_found', 'precondition_failed'],
});

export const previewTemplateOperation = operation({
  ...one,
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
});

export const notificationTemplateOperations = [
  listTemplatesOperation,
  getTemplateOperation,
  putTemplateOperation,
  deleteTemplateOperation,
  previewTemplateOperation,
];
