import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import Provider from 'oidc-provider';

/** A company's identity provider: `oidc-provider` on loopback, without any typing. */
export interface TestCompany {
  readonly issuer: string;
  /** Registers the hub as its client. */
  register(redirectUri: string): void;
  /** The person using the browser from now on; null: they press Cancel. */
  who: TestAccount | null;
  close(): Promise<void>;
}

export interface TestAccount {
  readonly sub: string;
  readonly email: string;
  readonly isVerified: boolean;
  /** Authentication methods, such as `mfa`. */
  readonly methods?: readonly string[];
}

/** For tests only. */
export const CLIENT = { id: 'waybill', secret: 'a client secret that is for tests only' };

export async function openTestCompany(): Promise<TestCompany> {
  let listener: RequestListener = (_, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const issuer = `http://127.0.0.1:${address.port}`;
  const accounts = new Map<string, TestAccount>();
  const company: TestCompany = {
    issuer,
    who: null,
    register(redirectUri) {
      listener = listenerOf(issuer, redirectUri, accounts, () => company.who);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  company.register('http://127.0.0.1:1/not-registered-yet');
  return company;
}

function listenerOf(
  issuer: string,
  redirectUri: string,
  accounts: Map<string, TestAccount>,
  who: () => TestAccount | null,
): RequestListener {
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
    cookies: { keys: ['for tests only'] },
    claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => {
        const { email = '', isVerified = false } = accounts.get(id) ?? {};
        return { sub: id, email, email_verified: isVerified, name: `Person ${id}` };
      },
    }),
    // The company has consented for its people.
    async loadExistingGrant({ oidc }) {
      const { client, session } = oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new oidc.provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const account = who();
    if (account !== null) accounts.set(account.sub, account);
    const result =
      account === null
        ? { error: 'access_denied', error_description: '<b>Call 0900 1234</b>' }
        : { login: { accountId: account.sub, amr: [...(account.methods ?? [])], remember: false } };
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: false,
    });
  }
  return (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    interact(request, response).catch(() => response.writeHead(500).end());
  };
}

/** A browser that follows redirects, with cookies for each site. */
export class TestBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Another browser with a copy of this one's cookies. */
  copy(): TestBrowser {
    const other = new TestBrowser();
    for (const [site, jar] of this.#cookies) other.#cookies.set(site, new Map(jar));
    return other;
  }

  /**
   * Opens a URL, or submits a form there, and follows redirects to the final page.
   *
   * @param until the first URL not to be opened any more
   */
  async go(
    url: string,
    how: {
      readonly form?: Readonly<Record<string, string>>;
      readonly method?: 'HEAD';
      readonly until?: (url: URL) => boolean;
    } = {},
  ): Promise<{ readonly url: URL; readonly status: number; readonly text: string }> {
    let at = new URL(url);
    let body = how.form === undefined ? null : new URLSearchParams(how.form).toString();
    for (let hops = 0; hops < 20; hops += 1) {
      const answer = await this.#ask(at, body, how.method);
      const text = await answer.text();
      const to = answer.headers.get('location');
      if (answer.status < 300 || answer.status >= 400 || to === null) {
        return { url: at, status: answer.status, text };
      }
      at = new URL(to, at);
      body = null;
      if (how.until?.(at)) return { url: at, status: answer.status, text };
    }
    throw new Error(`too many redirects, the last one to ${at}`);
  }

  async #ask(url: URL, body: string | null, method: 'HEAD' | undefined): Promise<Response> {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>();
    this.#cookies.set(url.host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(url, {
      method: method ?? (body === null ? 'GET' : 'POST'),
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, ...(body === null ? {} : type) },
      ...(body === null ? {} : { body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** The cookies this browser would send there. */
  cookiesFor(url: string): string {
    const jar = this.#cookies.get(new URL(url).host) ?? new Map<string, string>();
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}
