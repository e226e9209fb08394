import type { Mode } from '../../../kernel/tenant.ts';
import type { Egress, Refusal } from '../../../platform/net/egress.ts';
import { invalidMember } from '../../kit/validation.ts';

const REFUSED: Readonly<Record<Refusal['reason'], string>> = {
  unreadable_url: 'Not a URL.',
  scheme: 'It begins with neither https:// nor http://.',
  credentials: 'It contains a user name or a password.',
  port: 'Its port belongs to another protocol.',
  host: 'Webhooks cannot be sent to this host.',
  address: 'Its host has no address of the public internet.',
  plain_http: 'It is not encrypted.',
};

/** Developers who give an internal address mostly want to test webhooks on their own machine. */
const ON_A_LAPTOP =
  ' To try webhooks on a machine that the hub cannot reach, run `waybill listen` there.';

/** Throws `Problem` for a URL that we would never post to. */
export async function assertWebhookUrl(
  checkUrl: Egress['checkUrl'],
  mode: Mode,
  url: string,
): Promise<void> {
  const refused = await checkUrl(url, { requireTls: mode === 'live' });
  if (refused !== null) throw invalidMember('/url', REFUSED[refused.reason], fixOf(refused));
}

function fixOf({ reason, detail }: Refusal): string {
  const sentence = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
  return reason === 'address' ? sentence + ON_A_LAPTOP : sentence;
}
