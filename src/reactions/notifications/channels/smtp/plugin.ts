import { z } from 'zod';
import type { Channel, SendOutcome } from '../../contract.ts';
import { accepted, badAddress, refused, retry, unknown } from '../exchange.ts';
import { composeMail, isMailAddress, senderMembers, senderOf } from '../mail.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';
import {
  MAIL_PORTS,
  type MailAnswer,
  type MailServer,
  NO_ENCRYPTION,
  openMailServer,
} from './mail-server.ts';

const PORT_MAX = 65_535;
const TLS_PORTS = [465, 2465];

const configSchema = z.strictObject({
  host: z.string().regex(/^[\w.:-]{1,253}$/, 'expected a host name'),
  port: z.int().min(1).max(PORT_MAX).default(587),
  /**
   * `tls` encrypts from the first byte (port 465), `starttls` requires STARTTLS, `none` is for a
   * private network.
   */
  security: z.enum(['tls', 'starttls', 'none']).optional(),
  username: z.string().min(1).max(320).optional(),
  password: z.string().min(1).max(1_000).optional(),
  ...senderMembers,
});
type Config = z.output<typeof configSchema>;

/**
 * Sends by a mail server that accepts our mail: the merchant's, the company's, or a provider's
 * relay.
 */
export const plugin = channelPlugin({
  provider: 'smtp',
  kinds: ['email'],
  configSchema,
  secrets: ['password'],
  leadsAway(before, after) {
    if (before.host.toLowerCase() !== after.host.toLowerCase()) return 'host';
    return after.security === 'none' && before.security !== 'none' ? 'security' : null;
  },
  open,
  verify,
});

function open(config: Config, _kind: unknown, deps: ChannelDeps): Channel {
  const server = serverOf(config, deps);
  return {
    provider: 'smtp',
    kind: 'email',
    repeat: 'recognizable',
    takes: isMailAddress,
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'email') return refused('not an email');
      if (!isMailAddress(message.to)) return badAddress('not an email address');
      const problem = problemOf(config, deps);
      if (problem !== null) return retry(problem);
      const mail = await composeMail(message, rendered, senderOf(config), deps.clock.nowMs());
      return outcomeOf(await server.hand(mail), mail.messageId);
    },
    close: async () => server.close(),
  };
}

/**
 * The outcome of a server's answer. RFC 5321: 4yz is temporary, 5yz permanent. RFC 3463: x.1.z is
 * about the address.
 */
function outcomeOf(answer: MailAnswer, messageId: string): SendOutcome {
  if (answer.kind === 'accepted') return accepted(messageId);
  const reason = reasonOf(answer);
  if (answer.kind === 'broken') return answer.hasBegun ? unknown(reason) : retry(reason);
  const { status, enhanced, during } = answer;
  if (during === 'login') return retry(`${reason}: it refuses our credentials`);
  if (status < 500) return retry(reason);
  // 530 to 538 are about us, not about the message (RFC 4954).
  if (status >= 530 && status <= 538) return retry(reason);
  if (during === 'recipient' && isAboutAddress(status, enhanced)) return badAddress(reason);
  return refused(reason);
}

/** The reason in our own words, because the server's text quotes addresses. */
function reasonOf(answer: Exclude<MailAnswer, { kind: 'accepted' }>): string {
  if (answer.kind === 'broken') return brokenAs(answer.code);
  return `the email server answers ${answer.status} ${answer.enhanced}`.trimEnd();
}

/** A readable reason with the code. Pure. */
function brokenAs(code: string): string {
  if (code === NO_ENCRYPTION) {
    return 'the email server offers no encryption on this port, so the password was not sent, and no mail is, until it does';
  }
  return `${BROKEN[code] ?? `the email server could not be talked to`} (${code})`;
}

const BROKE = 'the connection to the email server broke: perhaps its port wants another encryption';
const BROKEN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers on this port of the email server',
  ETIMEDOUT: 'the email server did not answer in time',
  ENOTFOUND: 'nobody knows an email server of this name',
  EAI_AGAIN: 'nobody knows an email server of this name',
  EDNS: 'nobody knows an email server of this name',
  ESOCKET: BROKE,
  ECONNECTION: BROKE,
  ECONNRESET: BROKE,
};

/**
 * Whether an answer is about the address. A policy (5.7.z) or a full mailbox (5.2.2) does not show
 * that the address is wrong.
 */
function isAboutAddress(status: number, enhanced: string): boolean {
  if (enhanced !== '') return /^5\.1\.(?:[1-36]|10)$/.test(enhanced) || enhanced === '5.2.1';
  return status === 550 || status === 551 || status === 553;
}

async function verify(config: Config, deps: ChannelDeps): Promise<ChannelVerdict> {
  const problem = problemOf(config, deps);
  if (problem !== null) return { state: 'refused', reason: problem };
  const server = serverOf(config, deps);
  const answer = await server.knock();
  server.close();
  if (answer.kind === 'accepted') return { state: 'verified' };
  if (answer.kind === 'broken' && answer.code === 'RefusedPeer') {
    return { state: 'refused', reason: 'the host has no address of the public internet' };
  }
  const isRefusal = answer.kind === 'refused' && answer.during === 'login' && answer.status >= 500;
  return { state: isRefusal ? 'refused' : 'unverified', reason: reasonOf(answer) };
}

/**
 * The problem that the schema cannot express, because it depends on who wrote the configuration;
 * null: none.
 */
function problemOf({ port }: Config, { trusted }: ChannelDeps): string | null {
  if (trusted || MAIL_PORTS.includes(port)) return null;
  return `an email server listens on port ${MAIL_PORTS.join(', ')}`;
}

function serverOf(
  { host, port, security, username, password }: Config,
  deps: ChannelDeps,
): MailServer {
  return openMailServer({
    host,
    port,
    security: security ?? (TLS_PORTS.includes(port) ? 'tls' : 'starttls'),
    login: username === undefined ? null : { user: username, pass: password ?? '' },
    connect: deps.connect,
    // Servers that check the content need longer before they answer.
    timeoutMs: 2 * deps.timeoutMs,
    ca: deps.ca,
  });
}
