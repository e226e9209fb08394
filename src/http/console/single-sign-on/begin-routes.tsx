import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import {
  findInvitation,
  memberOf,
  newFlow,
  openFlow,
  providersForSignIn,
  type SignInFlow,
  sealFlow,
} from '../../../merchants/index.ts';
import type { RequestContext, Route } from '../../kit/route.ts';
import { charge, safeNext } from '../entry/let-in.ts';
import { deskRoute } from '../kit/desk-route.ts';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { redirect } from '../kit/page-answer.ts';
import { DESK_COOKIES } from '../kit/sign-in-cookie.ts';
import { sendPage } from '../kit/spoken.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { failureUrl } from './end-routes.ts';
import {
  giveFlow,
  redirectUriOf,
  requestedProvider,
  type UsableProvider,
  usableProvider,
} from './flow.ts';
import { ProviderLinks } from './provider-links.tsx';

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Routes that start a sign-in with a provider. */
export function beginSignOnRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  return [
    deskRoute(deps, 'findDeskProvider', async (_request, response, { query, clientIp }) => {
      charge(deps.attempts, clientIp);
      const shop = (query.get('shop') ?? '').trim().toLowerCase();
      const providers = SLUG.test(shop) ? await providersForSignIn(members, shop) : [];
      sendPage(deps, response, 200, <ProvidersPage {...{ deps, providers }} />);
    }),
    deskRoute(deps, 'beginDeskSignOn', async (request, response, context) => {
      // A HEAD request begins nothing.
      if (request.method === 'HEAD') return redirect(response, '/console/sign-in');
      const { params, query } = context;
      // Otherwise another site could sign its own account in here, and end this browser's session.
      if (isFromElsewhere(request)) {
        const requested = await usableProvider(deps, params['id'] ?? '');
        const page = <AskFirstPage {...{ deps, provider: requested, query }} />;
        return sendPage(deps, response, 200, page);
      }
      charge(deps.attempts, context.clientIp);
      const provider = await usableProvider(deps, params['id'] ?? '');
      const flow = await flowFor(deps, request, context, provider);
      const requested = await requestedProvider(deps, provider);
      const outcome = await deps.openId.begin(requested, flow, redirectUriOf(deps, provider.id));
      if (outcome.kind === 'fault') {
        context.log.warn(
          { provider: provider.id, fault: outcome.fault },
          'a provider was not asked',
        );
        return redirect(response, failureUrl(flow.purpose, outcome.fault));
      }
      giveFlow(response, sealFlow(members, flow), deps.isSecure(request));
      if (flow.purpose.kind !== 'connect') return redirect(response, outcome.url);
      // A form may not redirect to another site, so the response is a page with a link.
      sendPage(deps, response, 200, <ContinuePage {...{ deps, provider, url: outcome.url }} />);
    }),
  ];
}

/** Whether the browser states that another site led here; false if it does not state anything. */
function isFromElsewhere({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/**
 * The flow to begin: a new one for signing in or joining, or the one that a form of the signed-in
 * member began to connect an account. Throws `Problem` if that form was another member's, or the
 * invitation is not valid here.
 */
async function flowFor(
  deps: DeskDeps,
  request: IncomingMessage,
  { query }: RequestContext,
  provider: UsableProvider,
): Promise<SignInFlow> {
  const { members } = deps;
  const begun = query.get('connect');
  if (begun !== null) {
    const flow = openFlow(members, begun);
    const token = DESK_COOKIES.sessionToken(request);
    const session = token === null ? null : await memberOf(members, token);
    const isTheirs =
      flow?.purpose.kind === 'connect' &&
      flow.providerId === provider.id &&
      session?.actor.kind === 'user' &&
      session.actor.id === flow.purpose.userId;
    if (flow === null || !isTheirs) {
      throw new Problem('forbidden', 'members.startedElsewhereOrExpired', {
        fix: 'members.restartFromAccounts',
      });
    }
    return flow;
  }
  const token = query.get('join');
  if (token === null) {
    return newFlow(members, provider.id, { kind: 'sign-in', next: safeNext(query.get('next')) });
  }
  const invitation = await findInvitation(members, token);
  if (invitation === null || invitation.merchantId !== provider.merchantId) {
    throw new Problem('not_found', 'members.linkNoLongerValid', {
      fix: 'members.requestNewInvitation',
    });
  }
  return newFlow(members, provider.id, { kind: 'join', token });
}

interface ProvidersProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly providers: Awaited<ReturnType<typeof providersForSignIn>>;
}

/**
 * The ways to sign in to a shop. A link on another site may have led here, so it names the shop.
 */
function ProvidersPage({ deps, providers }: ProvidersProps) {
  const words = useMessages().desk.signIn;
  const [first] = providers;
  return (
    <DeskLayout deps={deps} title={words.signIn} visitor={null}>
      <div class="narrow card">
        <h1>{words.signIn}</h1>
        {first === undefined ? (
          <>
            <p>{words.noSuchShop}</p>
            <p>
              <a href="/console/sign-in">{words.byPassword}</a>
            </p>
          </>
        ) : (
          <>
            <p class="lead">{words.providersOf({ merchant: first.merchant })}</p>
            <ProviderLinks providers={providers} />
          </>
        )}
      </div>
    </DeskLayout>
  );
}

interface ContinueProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly provider: UsableProvider;
  readonly url: string;
}

function ContinuePage({ deps, provider: { name }, url }: ContinueProps) {
  const words = useMessages().desk.signIn;
  return (
    <DeskLayout deps={deps} title={words.connect({ name })} visitor={null}>
      <div class="narrow card">
        <h1>{words.connect({ name })}</h1>
        <p class="lead">{words.connectLead}</p>
        <p>
          <a href={url}>{words.continueAt({ host: new URL(url).host })}</a>
        </p>
        <p class="soft">
          <a href="/console/connections">{words.notConnected}</a>
        </p>
      </div>
    </DeskLayout>
  );
}

interface Props {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly provider: UsableProvider;
  /** Query of the original URL. */
  readonly query: URLSearchParams;
}

/**
 * A confirmation for users who arrive from another site: nothing begins before they press the
 * button.
 */
function AskFirstPage({ deps, provider: { id, name, merchant }, query }: Props) {
  const words = useMessages().desk.signIn;
  return (
    <DeskLayout deps={deps} title={words.signIn} visitor={null}>
      <div class="narrow card">
        <h1>{merchant}</h1>
        <p class="lead">{words.askFirst({ merchant })}</p>
        <p>
          <a href={`/console/sign-in/with/${id}?${knownParameters(query)}`}>
            {words.withName({ name })}
          </a>
        </p>
        <p class="soft">
          <a href="/console">{words.notNow}</a>
        </p>
      </div>
    </DeskLayout>
  );
}

/** The known parameters of the URL, and nothing else. */
function knownParameters(query: URLSearchParams): URLSearchParams {
  const more = new URLSearchParams({ next: safeNext(query.get('next')) });
  for (const name of ['join', 'connect']) {
    const value = query.get(name);
    if (value !== null) more.set(name, value);
  }
  return more;
}
