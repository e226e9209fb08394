import { Problem } from '../../../kernel/errors.ts';
import { allowProgram, endProgram, listPrograms, WRITE_SCOPES } from '../../../merchants/index.ts';
import type { Route } from '../../kit/route.ts';
import { resourceOf } from '../../mcp/oauth/discovery.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { backTo, type RefusedAuthorization, readAuthorization } from './authorization.ts';
import { consentRequestPage, dropConsentRequest, storeConsentRequest } from './consent-request.ts';
import { AllowPage, BackPage, PROGRAMS_AT, ProgramsPage, RefusedPage } from './pages.tsx';

/** Where somebody allows a program to read for them, and ends that again. */
export function programRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const { publicUrl } = deps.parts.tracking;
  const programsPage = async (call: DeskCall) => {
    const grants = await listPrograms(members, call.visitor);
    return ProgramsPage({ deps, call, grants });
  };
  const refused = (call: DeskCall, { reason, refusal, ...asked }: RefusedAuthorization) => {
    const to = backTo(asked, publicUrl(), refusal);
    return RefusedPage({ deps, call, asked, reason, to });
  };
  return [
    deskPage(
      deps,
      'readDeskProgram',
      async (call) => {
        const found = call.query.has('client_id') ? null : consentRequestPage(call.request);
        if (found !== null) return { seeOther: found };
        const resource = resourceOf(publicUrl());
        const asked = await readAuthorization(members, call.query, call.visitor, resource);
        if ('refusal' in asked) return refused(call, asked);
        return AllowPage({ deps, call, asked, sent: call.query });
      },
      ({ request, response, query, isSignedIn }) => {
        if (!isSignedIn) storeConsentRequest(response, query, deps.isSecure(request));
        else if (consentRequestPage(request) !== null)
          dropConsentRequest(response, deps.isSecure(request));
      },
    ),
    deskForm(deps, 'allowDeskProgram', async (call) => {
      const { form, tenant, visitor, note } = call;
      const asked = await readAuthorization(members, form, visitor, resourceOf(publicUrl()));
      if ('refusal' in asked) return refused(call, asked);
      const { client } = asked;
      const back = (outcome: { code: string } | { error: 'access_denied' }) => {
        const to = backTo(asked, publicUrl(), outcome);
        return BackPage({ deps, call, name: client.name, to });
      };
      if (form.get('decision') !== 'allow') return back({ error: 'access_denied' });
      const ticked = form.getAll('write');
      const scopes = asked.scopes.filter(
        (scope) => !WRITE_SCOPES.some((each) => each === scope) || ticked.includes(scope),
      );
      if (scopes.length === 0) return back({ error: 'access_denied' });
      const { actor, way } = visitor;
      const seesPeople = call.may('people:see');
      const consent = { ...asked, actor, way, tenant, scopes, seesPeople };
      const code = await allowProgram(members, consent);
      await note(client.name);
      return back({ code });
    }),
    deskPage(deps, 'readDeskPrograms', programsPage),
    deskForm(deps, 'endDeskProgram', async ({ form, visitor, note }) => {
      const name = await endProgram(members, visitor, form.get('id') ?? '');
      if (name === null) throw new Problem('not_found', 'agents.accessUnknown');
      await note(name);
      return { seeOther: `${PROGRAMS_AT}?done=ended` };
    }),
  ];
}
