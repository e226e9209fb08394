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
    'The `ETag` of the template as it was read; when it is another by now, nothing changes and the answer is 412.',
};
const PLACE = {
  template: 'What it tells of, such as `delivered`.',
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
  summary: 'The words of all messages in one language',
  description:
    'A text holds variables, such as `{carrier_name}`; `[…]` is left out when a variable in it is not known, and `[…|…]` says the second part then.',
  scope: 'notifications:read',
  query: templatesQuery,
  answers: { 200: { description: 'One a template.', schema: notificationTemplates } },
});

export const getTemplateOperation = operation({
  ...one,
  id: 'getNotificationTemplate',
  method: 'GET',
  summary: 'The words of one message',
  scope: 'notifications:read',
  answers: { 200: { description: 'As it is in force.', schema: notificationTemplate } },
  errors: ['not_found'],
});

export const putTemplateOperation = operation({
  ...one,
  id: 'putNotificationTemplate',
  method: 'PUT',
  summary: 'Say it in your own words',
  description:
    'What you leave out stays as shipped. Text only, no HTML; addresses (`{track_url}`, `{action_url}`) stand in SMS alone, for mails have buttons.',
  scope: 'notifications:write',
  headers: IF_MATCH,
  body: ownWords,
  answers: { 200: { description: 'In force.', schema: notificationTemplate } },
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
  summary: 'Have the shipped words again',
  scope: 'notifications:write',
  headers: IF_MATCH,
  answers: { 204: { description: 'Yours are gone.' } },
  errors: ['not_found', 'precondition_failed'],
});

export const previewTemplateOperation = operation({
  ...one,
  id: 'previewNotificationTemplate',
  method: 'POST',
  path: '/notification-templates/:template/:language/preview',
  summary: 'See a message before anybody gets it',
  description: 'Of a parcel that never was, with your branding. Nothing is sent or stored.',
  scope: 'notifications:read',
  body: previewOrder,
  answers: { 200: { description: 'The message, by kind of channel.', schema: templatePreview } },
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
