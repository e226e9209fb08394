import { renderToString } from 'preact-render-to-string';
import type { Role } from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';

/** A mail with final texts: nothing is filled in after this. */
interface MailInWords {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

interface MailContext {
  readonly language: Language;
  /** The hub's public URL; its host is used as the hub's name. */
  readonly publicUrl: string;
}

/** The mail with a sign-in link. Pure. */
export function signInMail(
  { language, publicUrl }: MailContext,
  of: { readonly email: string; readonly token: string; readonly minutes: number },
): MailInWords {
  const { subject, lead, button, note } = messagesIn(language).mails.signIn;
  return mailOf(language, `${publicUrl}/console/sign-in/link/${of.token}`, {
    subject: subject({ site: siteOf(publicUrl) }),
    lead: lead({ email: of.email }),
    button,
    note: note({ minutes: of.minutes }),
  });
}

/** The mail with an invitation link. Pure. */
export function invitationMail(
  { language, publicUrl }: MailContext,
  of: {
    readonly token: string;
    readonly merchant: string;
    readonly role: Role;
    /** Null: the inviter has no name. */
    readonly inviter: string | null;
    readonly days: number;
  },
): MailInWords {
  const { mails, desk } = messagesIn(language);
  const { subject, lead, button, note } = mails.invitation;
  const { merchant } = of;
  const inviter = of.inviter ?? mails.somebody;
  const role = desk.frame.roles[of.role];
  return mailOf(language, `${publicUrl}/console/join/${of.token}`, {
    subject: subject({ inviter, merchant }),
    lead: lead({ inviter, merchant, site: siteOf(publicUrl), role }),
    button,
    note: note({ days: of.days }),
  });
}

function siteOf(publicUrl: string): string {
  return URL.canParse(publicUrl) ? new URL(publicUrl).host : publicUrl;
}

interface MailTexts {
  readonly subject: string;
  readonly lead: string;
  readonly button: string;
  readonly note: string;
}

function mailOf(language: Language, url: string, { subject, ...parts }: MailTexts): MailInWords {
  const page = <MailPage language={language} title={subject} url={url} {...parts} />;
  return {
    subject,
    html: `<!doctype html>${renderToString(page)}`,
    text: `${parts.lead}\n\n${parts.button}:\n${url}\n\n${parts.note}\n`,
  };
}

interface MailPageProps {
  readonly language: Language;
  readonly title: string;
  readonly url: string;
  readonly lead: string;
  readonly button: string;
  readonly note: string;
}

/** Mail programs support few styles, and only inline ones. */
function MailPage({ language, title, url, lead, button, note }: MailPageProps) {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
      </head>
      <body style="margin:0;padding:24px;background:#f4f5f7;color:#1c2330;font:16px/1.5 sans-serif">
        <div style="max-width:520px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px">
          <p style="margin:0 0 20px">{lead}</p>
          <p style="margin:0 0 20px">
            <a
              href={url}
              style="display:inline-block;padding:12px 20px;background:#1d4ed8;color:#ffffff;border-radius:6px;text-decoration:none"
            >
              {button}
            </a>
          </p>
          <p style="margin:0 0 20px;color:#4b5563;font-size:14px">{note}</p>
          <p style="margin:0;color:#4b5563;font-size:13px;word-break:break-all">{url}</p>
        </div>
      </body>
    </html>
  );
}
