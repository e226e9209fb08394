import type { IncomingMessage, ServerResponse } from 'node:http';
import { h } from 'preact';
import { z } from 'zod';
import { type ErrorCode, Problem, STATUS_OF } from '../../../kernel/errors.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import {
  chooseLanguage,
  findDemo,
  type MemberPower,
  type MemberSession,
  mayDo,
  memberOf,
  noteAction,
  switchTenant,
  tenantsOf,
} from '../../../merchants/index.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { countCasesForMerchant } from '../../../reactions/exceptions/index.ts';
import { type Answer, writeAnswer } from '../../kit/answer.ts';
import { Aborted } from '../../kit/bodies/json-body.ts';
import { withForm } from '../../kit/bodies/multipart-body.ts';
import { isMultipart } from '../../kit/bodies/read-parts.ts';
import { STREAM_HEADERS } from '../../kit/event-stream.ts';
import { toProblem } from '../../kit/problem.ts';
import { refuseIfShed } from '../../kit/refuse-shed.ts';
import type { Handler, RequestContext, Route } from '../../kit/route.ts';
import { readConsoleForm } from '../console-form.ts';
import { requestedPage } from '../entry/let-in.ts';
import { FormTokenIn } from './fields.tsx';
import { assertSameSite, type PageAnswer, redirect } from './page-answer.ts';
import { DeskProblemPage } from './problem-page.tsx';
import {
  DESK_COOKIES,
  formTokenOf,
  isSessionsForm,
  isTenantsForm,
  otherSession,
} from './sign-in-cookie.ts';
import { chosenIn, redirectWithoutLanguage, sendPage, speakAs } from './spoken.tsx';
import { type DeskPage, deskRowOf } from './table.ts';
import type { DeskCall, DeskDeps, DeskFormCall, DeskStreamCall, DeskVisitor } from './visit.ts';
import { NowAt } from './whose.tsx';

/** The API's limit. */
const FILE_BYTES_MAX = 16 * 1_048_576;
const UPLOAD = {
  bytesMax: FILE_BYTES_MAX + 65_536,
  files: { file: { most: 1, bytesMax: FILE_BYTES_MAX, description: 'CSV.' } },
} as const;

/**
 * A page for members with the right; others are redirected to sign in, or get an error.
 *
 * @param prepare sets headers of the response, also of that which leads to the sign-in
 */
export function deskPage(
  deps: DeskDeps,
  page: DeskPage,
  render: (call: DeskCall) => Promise<PageAnswer>,
  prepare?: (of: PreparedPage) => void,
): Route {
  return deskRoute(deps, page, async (request, response, context) => {
    const signedIn = await visitorOf(deps, request);
    prepare?.({ request, response, query: context.query, isSignedIn: signedIn !== null });
    if (signedIn === null) {
      const next = encodeURIComponent(requestedPage(request.url, context.path));
      return redirect(response, `/console/sign-in?next=${next}`);
    }
    const visitor = await switchToOwner(deps, page, signedIn, { request, context });
    assertMay(visitor, page);
    if (await storeLanguage(deps, visitor, request)) return redirectWithoutLanguage(deps, response);
    const answer = await render(
      callOf(await withDemoAndCases(deps, visitor, page), request, context),
    );
    sendPage(deps, response, 200, withToken(answer, visitor));
  });
}

interface PreparedPage extends Pick<RequestContext, 'query'> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly isSignedIn: boolean;
}

/**
 * Gives a part of a page what a whole page gets from its frame: the CSRF token for its forms, and
 * the notice that another merchant is looked at now.
 */
function withToken(answer: PageAnswer, visitor: DeskVisitor): PageAnswer {
  if (!('fragment' in answer)) return answer;
  const inside = [h(NowAt, { visitor }), answer.fragment];
  return { fragment: h(FormTokenIn, { value: visitor.csrf }, inside) };
}

/**
 * The action of a page's form, for members with the right; it ends with a redirect or a page.
 *
 * @param besideFile the other fields of a form with a file
 */
export function deskForm(
  deps: DeskDeps,
  page: DeskPage,
  act: (call: DeskFormCall) => Promise<PageAnswer>,
  besideFile: readonly string[] = [],
): Route {
  const row = deskRowOf(page);
  const names = ['csrf', ...besideFile];
  const fields = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  return deskRoute(deps, page, async (request, response, context) => {
    const visitor = await visitorOf(deps, request);
    // A file that would be rejected need not be read.
    if (row.files && visitor !== null) {
      assertMay(visitor, page);
      assertNoSettingOfDemo(visitor, page);
    }
    const handleForm = async (form: URLSearchParams, file: Uint8Array | null) => {
      assertSameSite(request);
      const token = DESK_COOKIES.sessionToken(request);
      if (visitor === null || token === null) return redirect(response, '/console/sign-in');
      const repeated = form.get('csrf');
      if (!isSessionsForm(token, repeated)) {
        throw otherSession();
      }
      const { tenant, actor } = visitor;
      const isOfAnyMerchant = isOfHub(row.needs) || row.isOfId;
      if (!isOfAnyMerchant && !isTenantsForm(token, tenant, repeated)) {
        throw new Problem('conflict', 'desk.merchantOrModeSwitched', {
          fix: 'desk.switchBackAndRepeat',
        });
      }
      assertMay(visitor, page);
      assertNoSettingOfDemo(visitor, page);
      const note = (subject: string | null) =>
        noteAction(deps.members, tenant, actor, { action: row.name, subject });
      const shown = await withDemoAndCases(deps, visitor, page);
      const call = { ...callOf(shown, request, context), form, file, note };
      sendPage(deps, response, 200, await act(call));
    };
    // The console's script sends a form with files as one while no file is chosen.
    if (!row.files || !isMultipart(request))
      return handleForm(await readConsoleForm(request), null);
    if (visitor === null) return redirect(response, '/console/sign-in');
    const owner = `${visitor.tenant.merchantId} ${visitor.tenant.mode}`;
    await withForm(
      request,
      { ...UPLOAD, fields },
      { slots: deps.slots, owner },
      ({ fields, files }) => handleForm(new URLSearchParams(fields), files['file']?.[0] ?? null),
    );
  });
}

/** A file linked from a page; downloads are recorded in the audit log. */
export function deskFile(
  deps: DeskDeps,
  page: DeskPage,
  read: (call: DeskCall) => Promise<Answer>,
): Route {
  return deskRoute(deps, page, async (request, response, context) => {
    const visitor = await visitorOf(deps, request);
    if (visitor === null) return redirect(response, '/console/sign-in');
    assertMay(visitor, page);
    const answer = await read(callOf(visitor, request, context));
    const { name: action, needs } = deskRowOf(page);
    if (!isOfHub(needs)) {
      await noteAction(deps.members, visitor.tenant, visitor.actor, { action, subject: null });
    }
    writeAnswer(response, answer);
  });
}

/**
 * A stream that a page's script opens; without a session the response is a page, at which the
 * script gives up.
 *
 * @param open opens the stream, and reserves its place before it waits for anything; `maySee`
 *   checks whether the reader still has access
 */
export function deskStream(
  deps: DeskDeps,
  page: DeskPage,
  open: (call: DeskStreamCall, maySee: () => Promise<boolean>) => Promise<void>,
): Route {
  return deskRoute(deps, page, async (request, response, context) => {
    const visitor = await visitorOf(deps, request);
    if (visitor === null) return redirect(response, '/console/sign-in');
    assertMay(visitor, page);
    const { merchantId, mode } = visitor.tenant;
    const maySee = async () => {
      const now = await visitorOf(deps, request);
      const { needs } = deskRowOf(page);
      const isSame = now?.tenant.merchantId === merchantId && now.tenant.mode === mode;
      return isSame && needs !== null && mayDo(now, needs);
    };
    if (request.method === 'HEAD') {
      response.writeHead(200, STREAM_HEADERS).end();
      return;
    }
    // A client that disconnected during the lookup emits no further close event.
    if (response.destroyed) return;
    await open({ ...callOf(visitor, request, context), response }, maySee);
  });
}

/** Errors after which the same page may well open. */
const RETRYABLE: readonly ErrorCode[] = ['internal', 'overloaded', 'rate_limited'];

/** A route of the console, whose errors are answered with a page, also unexpected ones. */
export function deskRoute(deps: DeskDeps, page: DeskPage, handler: Handler): Route {
  const { method, path, shed } = deskRowOf(page);
  return {
    method,
    path,
    hot: false,
    isPage: true,
    async handler(request, response, context) {
      try {
        refuseIfShed(deps.load, shed, context.query);
        await handler(request, response, context);
      } catch (error) {
        if (error instanceof Aborted) {
          response.destroy();
          return;
        }
        // A rejection before the first await leaves the body unread, except for a form.
        const isUnread = method === 'POST' && !request.complete;
        if (isUnread || response.headersSent) throw error;
        const problem = toProblem(error, context.log);
        // The error may be that sessions cannot be read.
        const signedIn = await visitorOf(deps, request).catch(() => null);
        const visitor =
          signedIn &&
          (await withDemoAndCases(deps, signedIn, page).catch((): DeskVisitor => signedIn));
        const { requestId } = context;
        const again = method === 'GET' && RETRYABLE.includes(problem.code);
        const problemPage = h(DeskProblemPage, { deps, visitor, problem, requestId, again });
        if (problem.retryAfterS !== null) {
          response.setHeader('retry-after', Math.max(1, Math.ceil(problem.retryAfterS)));
        }
        sendPage(deps, response, STATUS_OF[problem.code], problemPage);
      }
    },
  };
}

/** The largest number that the navigation shows exactly. */
const CASES_SHOWN = 99;

/** The visitor with what every page shows: how many cases wait for them, and the demo's state. */
async function withDemoAndCases(
  { parts }: DeskDeps,
  visitor: DeskVisitor,
  page: DeskPage,
): Promise<DeskVisitor> {
  const { tenant } = visitor;
  const demo = isDemo(tenant) ? await findDemo(parts.db.pipeline) : null;
  const shown = {
    ...visitor,
    isDemoBeingFilled: demo?.demoState === 'making',
    isReadOnly: isDemo(tenant) && isOfSettings(page),
  };
  if (parts.exceptions === undefined || !mayDo(visitor, 'exceptions:see')) return shown;
  const casesForUs = await withTenant(parts.db.app, tenant, (tx) =>
    countCasesForMerchant(tx, parts.clock.nowMs(), CASES_SHOWN + 1),
  );
  return { ...shown, casesForUs };
}

/** Whether a page is about the whole hub: the same, whichever merchant somebody looks at. */
function isOfHub(needs: MemberPower | null): boolean {
  return needs === 'hub:see' || needs === 'hub:change';
}

const SETTINGS: readonly MemberPower[] = [
  'settings:manage',
  'keys:manage',
  'webhooks:manage',
  'members:manage',
];

/** Whether a page or form is about settings, which are read-only in the demo. */
function isOfSettings(page: DeskPage): boolean {
  const { needs } = deskRowOf(page);
  return needs !== null && SETTINGS.includes(needs);
}

/** Null when nobody is signed in, or the session may not be used from the request's origin. */
async function visitorOf(deps: DeskDeps, request: IncomingMessage): Promise<DeskVisitor | null> {
  const token = DESK_COOKIES.sessionToken(request);
  const session = token === null ? null : await memberOf(deps.members, token);
  if (token === null || session === null || !mayBeUsedHere(deps, session, request)) return null;
  speakAs(request, session.language);
  const memberships = await tenantsOf(deps.members, session);
  const { navigation } = deps;
  const beforeDemo = DESK_COOKIES.beforeDemo(request);
  const csrf = formTokenOf(token, session.tenant);
  return { ...session, memberships, navigation, beforeDemo, csrf };
}

/** An operator who opens a page about something of another merchant looks at that merchant then. */
async function switchToOwner(
  deps: DeskDeps,
  page: DeskPage,
  visitor: DeskVisitor,
  { request, context }: { readonly request: IncomingMessage; readonly context: RequestContext },
): Promise<DeskVisitor> {
  const { ownerOf } = deskRowOf(page);
  const { tenant, power } = visitor;
  if (ownerOf === undefined || power === null) return visitor;
  const owner = await ownerOf(deps.parts, context.params['id'] ?? '');
  const isSame = owner?.merchantId === tenant.merchantId && owner.mode === tenant.mode;
  if (owner === null || isSame) return visitor;
  const token = DESK_COOKIES.sessionToken(request) ?? '';
  await switchTenant(deps.members, token, visitor, {
    merchant: owner.merchantId,
    mode: owner.mode,
  });
  const now = await visitorOf(deps, request);
  return now === null ? visitor : { ...now, cameFrom: visitor };
}

/**
 * Stores the language that a member chooses at the foot of a page, for all their browsers. A link
 * on another site or in a mail shows the page in its language, and stores nothing.
 *
 * @returns whether it was stored; the caller then redirects to the URL without the language,
 *   because the URL may be passed on.
 */
async function storeLanguage(
  { members }: DeskDeps,
  { actor, language }: DeskVisitor,
  { url = '', headers }: IncomingMessage,
): Promise<boolean> {
  const chosen = chosenIn(url);
  const isOfOurPage = headers['sec-fetch-site'] === 'same-origin';
  if (actor.kind !== 'user' || chosen === null || !isOfOurPage) return false;
  if (chosen !== language) await chooseLanguage(members, actor.id, chosen);
  return true;
}

/** Whether the session may be used: that of the first start's key only on the machine itself. */
function mayBeUsedHere({ isLocal }: DeskDeps, { actor }: MemberSession, request: IncomingMessage) {
  return actor.kind !== 'key' || isLocal(request);
}

function assertMay(visitor: DeskVisitor, page: DeskPage): void {
  const { needs } = deskRowOf(page);
  if (needs === null || mayDo(visitor, needs)) return;
  if (visitor.power === 'read') {
    throw new Problem('forbidden', 'operators.readOnly', { fix: 'operators.useWritingKey' });
  }
  throw new Problem('forbidden', 'desk.roleLacksPermission', { fix: 'desk.askOwner' });
}

/**
 * In the demo, parcels, cases and deliveries can be changed, and settings cannot: those would reach
 * carriers, mail servers and people, and would be lost with the demo.
 */
function assertNoSettingOfDemo({ tenant }: DeskVisitor, page: DeskPage): void {
  if (!isDemo(tenant) || !isOfSettings(page) || deskRowOf(page).worksInDemo) return;
  throw new Problem('forbidden', 'desk.demoSettingsAreReadOnly', { fix: 'desk.goToOwnMerchant' });
}

function callOf(visitor: DeskVisitor, request: IncomingMessage, context: RequestContext): DeskCall {
  const { tenant } = visitor;
  return {
    visitor,
    tenant,
    request,
    context,
    query: context.query,
    param: (name) => context.params[name] ?? '',
    may: (power) => mayDo(visitor, power),
  };
}
