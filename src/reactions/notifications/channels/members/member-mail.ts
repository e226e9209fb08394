import type { Channel, ChannelsOf, MemberMail } from '../../contract.ts';
import type { RenderedMail } from '../mail.ts';

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
  const outside = async (): Promise<readonly Channel[]> =>
    (await channelsOf(NOBODY, 'email', 'installation')).filter(
      ({ provider }) => provider !== 'mailbox',
    );
  return {
    isOpen: async () => (await outside()).length > 0,
    async send({ id, about, to, mail }) {
      let reason = 'no channel for mail is set up';
      for (const channel of await outside()) {
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
