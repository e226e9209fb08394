export {
  CHANNELS_MAX,
  type ChannelAccount,
  type ChannelStored,
} from './channels/accounts/accounts.ts';
export {
  createMemberMailer,
  type MailedToMember,
  type MemberMailer,
} from './channels/mail.ts';
export {
  checkChannelsFile,
  type OpenedChannels,
  openChannels,
  UNREACHABLE_LINKS_FIX,
  unreachableLinks,
} from './channels/open-channels.ts';
export { MAIL_PORTS } from './channels/smtp/mail-server.ts';
export {
  AUDIENCES,
  CHANNEL_KINDS,
  type Channel,
  type ChannelKind,
  type ChannelsOf,
  type DeliveryStatus,
  isSubscriptionChannel,
  MILESTONES,
  type Milestone,
  milestone,
  NOT_SENT_REASONS,
  NOTIFICATION_STATES,
  type Rendered,
  type RenderInput,
  type SubscriptionChannel,
  TEMPLATES,
  type TemplateName,
  WAITING_REASONS,
  type WrittenMessage,
} from './contract.ts';
export {
  discardMessages,
  heldMessages,
  holdMessages,
  releaseMessages,
} from './fence.sql.ts';
export {
  type MailboxMessage,
  type MailboxPage,
  type MailboxView,
  openMailboxView,
} from './mailbox-view/mailbox-view.ts';
export { createNotificationMetrics } from './metrics.ts';
export { type Attempt, CONFIRMATION, type Notification } from './notifications.sql.ts';
export { createNotifications, type Notifications } from './notifications.ts';
export {
  channelsInTrouble,
  everybodysNotifications,
  type OperatorsNotification,
  tenantOfNotification,
  unsettledNotifications,
} from './operators.sql.ts';
export { normalizedAddress } from './people/addresses.ts';
export {
  isSentToCurrentAddress,
  readSelfServiceSubject,
  selfServiceSubject,
} from './people/people.ts';
export { ruleSet } from './rules/rule-set.ts';
export { type RulesChange, type RulesNow, readRulesFile } from './rules/rules-in-force.ts';
export { NOTIFICATIONS_SEALED } from './sealed-columns.sql.ts';
export { type RunningNotifications, startNotifications } from './start-notifications.ts';
export type { PreferencesByLink, Unsubscription } from './subscribing/by-link.ts';
export { ONLY_MAIL, type SubscriptionOffers } from './subscribing/offered.ts';
export {
  createOwnWords,
  type OwnWords,
  type OwnWordsDocument,
  ownWordsDocument,
  type StoredOwnWords,
} from './templates/own-words.ts';
export { sampleInput } from './templates/sample.ts';
export { smsSize } from './templates/sms.ts';
export { createTemplates, type Templates } from './templates/templates.ts';
export { TEXT_VARIABLES } from './templates/variable-names.ts';
export type { Reach } from './writing/reach.ts';
