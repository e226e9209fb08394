import { z } from 'zod';
import {
  consentPage,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../../../adapters/sandbox-kit/index.ts';
import { WooState } from './shop.ts';

/** The shop wants `https` for the callback; the sandbox accepts `http` on this machine too. */
const CALLBACK = /^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/])/;
const WANTED = z.object({
  app_name: z.string().min(1),
  user_id: z.string().min(1),
  scope: z.enum(['read', 'write', 'read_write']),
  return_url: z.url({ protocol: /^https?$/ }),
  callback_url: z.url().regex(CALLBACK),
});

/** Answers `/wc-auth/v1/…`: the page, and what the merchant's two links lead to. */
export function answerAuthorize(
  { path, query }: SandboxRequest,
  url: string,
  world: SandboxWorld,
): SandboxAnswer {
  const { requests } = world.own(WooState);
  if (path.endsWith('/authorize')) {
    const read = WANTED.safeParse(Object.fromEntries(query));
    if (!read.success) return denied(z.prettifyError(read.error));
    const nonce = world.newId();
    requests.set(nonce, query);
    return consentPage(
      `${read.data.app_name} would like to connect to your store`,
      `It asks for ${read.data.scope} access. This is a sandbox: nobody has to sign in.`,
      {
        Approve: `${url.replace(/authorize$/, 'access_granted')}?wc_auth_nonce=${nonce}`,
        Deny: returnUrl(query, '0'),
      },
    );
  }
  const nonce = query.get('wc_auth_nonce') ?? '';
  const wanted = requests.get(nonce);
  if (!path.endsWith('/access_granted') || wanted === undefined || !requests.delete(nonce)) {
    return denied('Invalid nonce verification.');
  }
  return grant(wanted, world);
}

/** Sends the new key to the callback; the browser returns only once it has been received. */
function grant(wanted: URLSearchParams, world: SandboxWorld): SandboxAnswer {
  const state = world.own(WooState);
  const [key, secret] = [newKey('ck_', world), newKey('cs_', world)];
  const permissions = wanted.get('scope') ?? '';
  const keyId = state.nextId();
  state.keys.set(key, { secret, permissions });
  const url = wanted.get('callback_url') ?? '';
  const callback = world.subscriptions.create({ account: key, url, state: 'pending' });
  const message = {
    key_id: keyId,
    user_id: wanted.get('user_id'),
    consumer_key: key,
    consumer_secret: secret,
    key_permissions: permissions,
  };
  world.send(callback, JSON.stringify(message));
  const failed = denied('An error occurred in the request and the keys could not be sent.');
  return {
    ...failed,
    afterPushes: () =>
      state.keys.has(key)
        ? { status: 302, headers: { location: returnUrl(wanted, '1') }, body: '' }
        : failed,
  };
}

function newKey(prefix: string, world: SandboxWorld): string {
  return `${prefix}${world.newId()}${world.newId().slice(0, 8)}`;
}

function returnUrl(wanted: URLSearchParams, success: '0' | '1'): string {
  const url = new URL(wanted.get('return_url') ?? '');
  url.searchParams.set('success', success);
  url.searchParams.set('user_id', wanted.get('user_id') ?? '');
  return url.href;
}

function denied(reason: string): SandboxAnswer {
  return consentPage('Access denied', `Error: ${reason}`, {}, 401);
}
