import { z } from 'zod';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import type { Channel, ChannelsOf, MemberMail, Message, Rendered } from '../contract.ts';

/** A mail in the form in which it is sent, with the addresses of its envelope. */
interface ComposedMail {
  readonly messageId: string;
  readonly envelope: { readonly from: string; readonly to: string };
  readonly bytes: Buffer;
}

interface MailSender {
  readonly address: string;
  readonly name: string | null;
  readonly replyTo: string | null;
}

export type RenderedMail = Extract<Rendered, { kind: 'email' }>;

/**
 * The maximum length of a sender's name: servers refuse long header lines, and nobody reads them.
 */
const NAME_CHARS_MAX = 100;
const ADDRESS_CHARS_MAX = 254;

/**
 * Composes a mail to one address, with the same bytes every time. The Message-ID is made of the
 * notification's id, so that a receiver of both recognizes a repeat.
 */
export async function composeMail(
  message: Pick<Message, 'notificationId' | 'to'>,
  rendered: RenderedMail,
  sender: MailSender,
  nowMs: number,
): Promise<ComposedMail> {
  const messageId = messageIdOf(message.notificationId, sender.address);
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const composer = new MailComposer({
    from: { name: senderName(rendered.fromName ?? sender.name) ?? '', address: sender.address },
    to: { name: '', address: message.to },
    ...replyTo(rendered.replyTo ?? sender.replyTo),
    subject: headerText(rendered.subject),
    text: rendered.text,
    html: rendered.html,
    messageId,
    date: new Date(nowMs),
    headers: { ...automaticMailHeaders(message.notificationId), ...unsubscribeHeaders(rendered) },
    baseBoundary: message.notificationId,
    // The text of a template is content, never the name of a file or a URL to read.
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  });
  const bytes = await composer.compile().build();
  return { messageId, envelope: { from: sender.address, to: message.to }, bytes };
}

/** The Message-ID of a notification: `<id@domain of the sender>`. */
export function messageIdOf(notificationId: string, senderAddress: string): string {
  return `<${notificationId}@${senderAddress.slice(senderAddress.lastIndexOf('@') + 1)}>`;
}

/** Whether the text is one address and nothing else: no list, no name, no line break. */
export function isMailAddress(text: string): boolean {
  return text.length <= ADDRESS_CHARS_MAX && MAIL_ADDRESS.test(text);
}

const MAIL_ADDRESS =
  /^[^\s\p{C}"(),:;<>@[\\\]]{1,64}@(?!-)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+$/u;

/** Headers by which mail programs recognize an automatic mail, so that they do not answer it. */
export function automaticMailHeaders(notificationId: string): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'X-Waybill-Notification': notificationId,
  };
}

/**
 * The headers for unsubscribing (RFC 2369 and RFC 8058); none for a URL that could end the header
 * early.
 */
export function unsubscribeHeaders({ unsubscribeUrl }: RenderedMail): Record<string, string> {
  if (unsubscribeUrl === null || !/^https?:\/\/[!-;=?-~]+$/.test(unsubscribeUrl)) return {};
  return {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

/**
 * The text without line breaks and other control characters, which could end a header or be hidden
 * in it.
 */
export function headerText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** A sender's name, quoted if necessary, for the place before the address. */
export function senderName(name: string | null): string | null {
  const clean = headerText(name ?? '').slice(0, NAME_CHARS_MAX);
  return clean === '' ? null : clean;
}

function replyTo(address: string | null): { replyTo?: { name: string; address: string } } {
  if (address === null || !isMailAddress(address)) return {};
  return { replyTo: { name: '', address } };
}

const mailAddress = z
  .string()
  .refine(isMailAddress, issueText('notifications.expectedMailAddress'));

/** The sender settings of every mail channel. */
export const senderMembers = {
  from_address: mailAddress,
  from_name: z.string().min(1).max(NAME_CHARS_MAX).optional(),
  reply_to: mailAddress.optional(),
};

export function senderOf(config: {
  readonly from_address: string;
  readonly from_name?: string | undefined;
  readonly reply_to?: string | undefined;
}): MailSender {
  return {
    address: config.from_address,
    name: config.from_name ?? null,
    replyTo: config.reply_to ?? null,
  };
}

/** A complete mail to a member of a merchant. */
interface MailToMember {
  /** The id of the mail, a UUID, of which the Message-ID is made. */
  readonly id: string;
  readonly about: MemberMail;
  readonly to: string;
  readonly mail: Pick<RenderedMail, 'subject' | 'html' | 'text'>;
}

export type MailedToMember =
  /** A server has accepted the mail. */
  | { readonly kind: 'sent' }
  /** A server may have accepted the mail: the connection broke before the answer. */
  | { readonly kind: 'unsure'; readonly reason: string }
  | { readonly kind: 'not_sent'; readonly reason: string };

/**
 * Sends mail to members by the installation's channels, never by one that a merchant has
 * configured.
 */
export interface MemberMailer {
  /**
   * Whether mail leaves the machine. If not, it goes to the mailbox, which operators can read, and
   * they must not see sign-in links.
   */
  isOpen(): Promise<boolean>;
  /** Sends a mail. Each channel is tried once, and none after one that may have sent it. */
  send(mail: MailToMember): Promise<MailedToMember>;
}

/** A tenant that stands for no merchant, to look up the installation's own channels. */
const NOBODY = { merchantId: '00000000-0000-0000-0000-000000000000', mode: 'live' } as const;

export function createMemberMailer(channelsOf: ChannelsOf): MemberMailer {
  const outgoingChannels = async (): Promise<readonly Channel[]> =>
    (await channelsOf(NOBODY, 'email', 'installation')).filter(
      ({ provider }) => provider !== 'mailbox',
    );
  return {
    isOpen: async () => (await outgoingChannels()).length > 0,
    async send({ id, about, to, mail }) {
      let reason = 'no channel for mail is set up';
      for (const channel of await outgoingChannels()) {
        if (channel.takes?.(to) === false) {
          reason = 'no channel can write to this address';
          continue;
        }
        const answer = await channel.send({
          notificationId: id,
          tenant: NOBODY,
          shipmentId: id,
          milestone: about,
          to,
          rendered: { kind: 'email', ...mail, unsubscribeUrl: null },
        });
        if (answer.outcome === 'accepted') return { kind: 'sent' };
        if (answer.outcome === 'unknown') return { kind: 'unsure', reason: answer.reason };
        reason = answer.reason;
      }
      return { kind: 'not_sent', reason };
    },
  };
}
