import type { IncomingMessage } from 'node:http';
import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { authenticate, closeSession, openSession } from '../../../merchants/index.ts';
import { powerOf } from '../../api/ops/power.ts';
import type { RequestContext, Route } from '../../kit/route.ts';
import type { ConsoleAssets } from '../kit/assets.ts';
import { readConsoleForm } from '../kit/console-form.ts';
import { Fault } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { assertSameSite, redirect } from '../kit/page-answer.ts';
import { csrfOf, isCsrfOf, OPS_COOKIES } from '../kit/sign-in-cookie.ts';
import { sendPage } from '../kit/spoken.tsx';
import { consoleRoute } from './console-route.ts';
import { Layout } from './layout.tsx';
import type { ConsoleDeps } from './visit.ts';

const { giveSession, giveVisit, sessionToken, takeSession, visitToken } = OPS_COOKIES;

/** Signing in and out. */
export function signInRoutes(deps: ConsoleDeps): readonly Route[] {
  const { keys, isLocal, assets } = deps;
  return [
    consoleRoute(deps, 'GET', '/ops/sign-in', async (request, response, { query }) => {
      const token = visitToken(request) ?? newToken(deps);
      giveVisit(response, token, deps.isSecure(request));
      const shown = { assets, csrf: csrfOf(token), next: nextOf(query.get('next')) };
      const page = h(SignInPage, { ...shown, fault: null, local: isLocal(request) });
      sendPage(deps, response, 200, page);
    }),
    consoleRoute(deps, 'POST', '/ops/sign-in', async (request, response, context) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const visit = visitToken(request);
      if (visit === null || !isCsrfOf(visit, form.get('csrf'))) {
        // Cookies are disabled, or the page is older than the browser's cookie.
        return redirect(response, '/ops/sign-in');
      }
      chargeAttempt(deps, context);
      const next = nextOf(form.get('next'));
      const key = await authenticate(keys, (form.get('key') ?? '').trim());
      const power = key && powerOf(key, request, isLocal);
      if (key && power) {
        context.log.info({ key_id: key.id, power }, 'an operator signed in');
        giveSession(response, await openSession(keys, key), deps.isSecure(request));
        return redirect(response, next);
      }
      context.log.warn({ client_ip: context.clientIp }, 'a sign-in to the console was refused');
      const fault = faultOf(key !== null, key?.bootstrap === true);
      const shown = { assets, csrf: csrfOf(visit), next, fault, local: isLocal(request) };
      sendPage(deps, response, 403, h(SignInPage, shown));
    }),
    consoleRoute(deps, 'POST', '/ops/sign-out', async (request, response) => {
      const form = await readConsoleForm(request);
      assertSameSite(request);
      const token = sessionToken(request);
      if (token !== null && isCsrfOf(token, form.get('csrf'))) {
        await closeSession(keys, token);
        takeSession(response, deps.isSecure(request));
      }
      redirect(response, '/ops/sign-in');
    }),
  ];
}

function faultOf(known: boolean, bootstrap: boolean): SignInFault {
  if (!known) return 'unknown';
  return bootstrap ? 'bootstrap' : 'merchant';
}

function chargeAttempt({ attempts }: ConsoleDeps, { clientIp }: RequestContext): void {
  const waitS = attempts.take(clientIp);
  if (waitS === 0) return;
  throw new Problem('rate_limited', 'operators.tooManyAttempts', {
    retryAfterS: waitS,
  });
}

/** Only a page of the console, so that no link redirects elsewhere. */
function nextOf(text: string | null): string {
  return text !== null && /^\/ops(\/[A-Za-z0-9_-]{1,64}){0,4}$/.test(text) ? text : '/ops';
}

function newToken({ keys }: ConsoleDeps): string {
  return Buffer.from(keys.randomBytes(32)).toString('base64url');
}

/** Whether the request used the public URL, with TLS. */
export function secureBy(publicUrl: () => string): (request: IncomingMessage) => boolean {
  return ({ headers }) => {
    const known = publicUrl();
    if (!known.startsWith('https://') || !URL.canParse(known)) return false;
    return new URL(known).host === headers.host;
  };
}

export type SignInFault = 'unknown' | 'bootstrap' | 'merchant';

interface SignInPageProps {
  readonly assets: ConsoleAssets;
  readonly csrf: string;
  /** Where to redirect after signing in. */
  readonly next: string;
  readonly fault: SignInFault | null;
  /** Requested from the machine itself, where the first key opens the console. */
  readonly local: boolean;
}

function SignInPage({ assets, csrf, next, fault, local }: SignInPageProps) {
  const words = useMessages().console.frame.signIn;
  return (
    <Layout assets={assets} title={words.title} visitor={null}>
      <div class="narrow card">
        <h1>{words.title}</h1>
        <p class="lead">{local ? words.leadLocal : words.lead}</p>
        <form method="post" action="/ops/sign-in" class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="next" value={next} />
          <label for="key">{words.key}</label>
          <input
            id="key"
            name="key"
            type="password"
            required
            maxLength={256}
            autocomplete="current-password"
            spellcheck={false}
            aria-invalid={fault === null ? undefined : 'true'}
            aria-describedby={fault === null ? undefined : 'fault'}
          />
          {fault && <Fault>{words.faults[fault]}</Fault>}
          <button type="submit" class="primary">
            {words.title}
          </button>
        </form>
        <p class="soft">
          {words.create} <code>npx waybill keys create --ops</code>
        </p>
      </div>
    </Layout>
  );
}
