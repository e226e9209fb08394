import type { IncomingMessage, ServerResponse } from 'node:http';
import { constantTimeEquals } from '../../../kernel/wire/hmac.ts';
import {
  connect,
  findIdentity,
  joinByProvider,
  memberOf,
  membershipsOfUser,
  mustEnrol,
  noteAction,
  openFlow,
  type SignInFlow,
  type SignInWay,
  takeFlow,
} from '../../../merchants/index.ts';
import type { Route } from '../../kit/route.ts';
import { charge, letIn } from '../entry/let-in.ts';
import { deskRoute } from '../kit/desk-route.ts';
import { redirect } from '../kit/page-answer.ts';
import { DESK_COOKIES } from '../kit/sign-in-cookie.ts';
import type { DeskDeps } from '../kit/visit.ts';
import {
  dropFlow,
  flowCookie,
  redirectUriOf,
  requestedProvider,
  type SignOnFault,
  type UsableProvider,
  usableProvider,
} from './flow.ts';

/** The `amr` value for multi-factor authentication (RFC 8176). */
const SEVERAL_FACTORS = 'mfa';

/** Returns the URL of the page that explains why the flow failed. */
export function failureUrl(purpose: SignInFlow['purpose'], fault: SignOnFault): string {
  const at =
    purpose.kind === 'sign-in'
      ? '/console/sign-in'
      : purpose.kind === 'connect'
        ? '/console/connections'
        : `/console/join/${purpose.token}`;
  return `${at}?done=sso-${fault}`;
}

interface SignInReturn {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly provider: UsableProvider;
  readonly account: Parameters<typeof joinByProvider>[3];
  readonly way: SignInWay;
}

/** Handles the provider's redirect back to the hub. */
export function endSignOnRoute(deps: DeskDeps): Route {
  const { members } = deps;
  return deskRoute(deps, 'endDeskSignOn', async (request, response, context) => {
    const { query, log } = context;
    // A HEAD request must not consume the flow.
    if (request.method === 'HEAD') return redirect(response, '/console/sign-in');
    const id = context.params['id'] ?? '';
    const flow = openFlow(members, flowCookie(request) ?? '');
    // A response from elsewhere does not belong to this browser's flow, which may still complete.
    const isOurs =
      flow?.providerId === id && constantTimeEquals(query.get('state') ?? '', flow.state);
    if (flow === null || !isOurs) {
      charge(deps.attempts, context.clientIp);
      return redirect(response, '/console/sign-in?done=sso-elsewhere');
    }
    dropFlow(response, deps.isSecure(request));
    // This browser's flow was charged when it began, and ends once.
    if (!(await takeFlow(members, flow))) {
      charge(deps.attempts, context.clientIp);
      return redirect(response, failureUrl(flow.purpose, 'again'));
    }
    const provider = await usableProvider(deps, id);
    const callbackUrl = new URL(redirectUriOf(deps, id));
    callbackUrl.search = query.toString();
    const outcome = await deps.openId.end(
      await requestedProvider(deps, provider),
      flow,
      callbackUrl,
    );
    if (outcome.kind === 'fault') {
      log.warn(
        { provider: id, fault: outcome.fault },
        'a sign-in through an identity provider failed',
      );
      return redirect(response, failureUrl(flow.purpose, outcome.fault));
    }
    const { account, methods } = outcome;
    const vouched = provider.vouches && methods.includes(SEVERAL_FACTORS);
    const way = { kind: 'provider' as const, id, vouched };
    const signInReturn = { request, response, provider, account, way };
    const fault = await END_BY_PURPOSE[flow.purpose.kind](deps, signInReturn, flow.purpose);
    if (fault !== null) redirect(response, failureUrl(flow.purpose, fault));
  });
}

type End = (
  deps: DeskDeps,
  signInReturn: SignInReturn,
  purpose: SignInFlow['purpose'],
) => Promise<SignOnFault | null>;

/**
 * Each completes the flow and sends the response; if it cannot, it returns why and sends nothing.
 */
const END_BY_PURPOSE: Readonly<Record<SignInFlow['purpose']['kind'], End>> = {
  async 'sign-in'(deps, { request, response, provider, account, way }, purpose) {
    const { members } = deps;
    const found = await findIdentity(members, provider, account);
    if (found === null) return 'nobody';
    const isVouched = way.kind === 'provider' && way.vouched;
    if (!isVouched && (await mustEnrol(members, found.userId))) {
      // A second factor applies at all merchants of the member, which this merchant's provider does
      // not control.
      const others = (await membershipsOfUser(members, found.userId)).length > 1;
      if (others) return 'enrol';
    }
    const next = purpose.kind === 'sign-in' ? purpose.next : '/console';
    const how = { by: 'endDeskSignOn', next, about: provider.name } as const;
    await letIn(deps, { request, response }, { ...found, way }, how);
    return null;
  },

  async connect(deps, { request, response, provider, account }, purpose) {
    const { members } = deps;
    const token = DESK_COOKIES.sessionToken(request);
    const session = token === null ? null : await memberOf(members, token);
    const { actor, tenant } = session ?? {};
    if (purpose.kind !== 'connect' || actor?.kind !== 'user' || tenant === undefined) {
      return 'elsewhere';
    }
    if (actor.id !== purpose.userId || tenant.merchantId !== provider.merchantId) {
      return 'elsewhere';
    }
    const who = { userId: actor.id, token: token ?? '' };
    const outcome = await connect(members, provider, who, account);
    if (outcome !== 'done') return outcome === 'taken' ? 'taken' : 'elsewhere';
    const about = `connected ${provider.name}`;
    await noteAction(members, tenant, actor, { action: 'changeDeskConnections', subject: about });
    redirect(response, '/console/connections?done=connected');
    return null;
  },

  async join(deps, { request, response, provider, account, way }, purpose) {
    if (purpose.kind !== 'join') return 'elsewhere';
    const joined = await joinByProvider(deps.members, provider, purpose.token, account);
    switch (joined.kind) {
      case 'joined': {
        const how = { by: 'acceptDeskInvitation', next: '/console', about: joined.role } as const;
        await letIn(deps, { request, response }, { ...joined, way }, how);
        return null;
      }
      case 'other_mail':
        return 'mail';
      case 'gone':
        return 'again';
      default:
        return joined.kind;
    }
  },
};
