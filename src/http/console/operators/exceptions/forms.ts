import { Problem } from '../../../../kernel/errors.ts';
import { isUuid } from '../../../../kernel/ids.ts';
import type { Tenant } from '../../../../kernel/tenant.ts';
import {
  CASE_OUTCOMES,
  type CaseOutcomeOf,
  type Exceptions,
  RESOLVED_TO,
} from '../../../../reactions/exceptions/index.ts';
import { refusal } from '../../../api/exceptions/answers.ts';
import type { Route } from '../../../kit/route.ts';
import { noteOf } from '../../kit/console-form.ts';
import type { PageAnswer } from '../../kit/page-answer.ts';
import { consoleForm } from '../console-route.ts';
import type { ConsoleDeps, FormCall } from '../visit.ts';

/** Actions of operators on a case. */
export function caseForms(deps: ConsoleDeps, exceptions: Exceptions): readonly Route[] {
  const { log } = deps.parts;

  /** A form that applies an action to a case, then redirects to its page. */
  function form(
    name: string,
    done: string,
    act: (tenant: Tenant, id: string, call: FormCall) => Promise<CaseOutcomeOf>,
  ): Route {
    return consoleForm(deps, `/ops/exceptions/:id/${name}`, async (call): Promise<PageAnswer> => {
      const id = call.param('id');
      const tenant = await tenantOf(exceptions, id);
      log.info({ exception_id: id, key_id: call.visitor.key.id, act: name }, 'an operator acted');
      const outcome = await act(tenant, id, call);
      if (outcome.kind !== 'done') throw refusal(outcome);
      return { seeOther: `/ops/exceptions/${id}?done=${done}` };
    });
  }
  return [
    form('attributes', 'kept', async (tenant, id, call) => {
      const wanted = attributesOf(call.form);
      return exceptions.change(tenant, id, by(call), wanted);
    }),
    form('note', 'noted', (tenant, id, call) => {
      const note = noteOf(call.form);
      if (note === null) throw new Problem('bad_request', 'operators.noteEmpty');
      return exceptions.note(tenant, id, by(call), note);
    }),
    form('resolve', 'ended', (tenant, id, call) => {
      const outcome = CASE_OUTCOMES.find((each) => each === call.form.get('outcome'));
      if (outcome === undefined) throw new Problem('bad_request', 'operators.outcomeMissing');
      const to = RESOLVED_TO.find((each) => each === call.form.get('to')) ?? null;
      return exceptions.resolve(tenant, id, by(call), {
        outcome,
        to,
        note: noteOf(call.form),
      });
    }),
    form('delivery-request', 'delivery_request', (tenant, id, call) => {
      const done = call.form.get('done') === 'true';
      const deliveryRequest = call.form.get('delivery_request') ?? '';
      return exceptions.resolveDeliveryRequest(tenant, id, deliveryRequest, by(call), {
        done,
        note: noteOf(call.form),
      });
    }),
    form('refuse-address', 'address_refused', async (tenant, id, call) => {
      const outcome = await exceptions.refuseAddress(tenant, id, by(call), noteOf(call.form));
      return outcome.kind === 'nothing_proposed' ? { kind: 'no_such_request' } : outcome;
    }),
    approveAddressForm(deps, exceptions),
  ];
}

function approveAddressForm(deps: ConsoleDeps, exceptions: Exceptions): Route {
  const { log } = deps.parts;
  return consoleForm(deps, '/ops/exceptions/:id/approve-address', async (call) => {
    const id = call.param('id');
    const tenant = await tenantOf(exceptions, id);
    log.info({ exception_id: id, key_id: call.visitor.key.id }, 'an operator approved an address');
    const outcome = await exceptions.approveAddress(tenant, id, by(call), {
      address: null,
      askCarrier: true,
      note: noteOf(call.form),
    });
    switch (outcome.kind) {
      case 'approved':
        return { seeOther: `/ops/exceptions/${id}?done=address_approved` };
      case 'nothing_proposed':
        throw new Problem('conflict', 'operators.noProposedAddress');
      case 'later':
        throw new Problem('carrier_unavailable', 'operators.carrierUnreachable', outcome);
      default:
        throw refusal(outcome);
    }
  });
}

function by({ visitor }: FormCall) {
  return { actor: 'operator' as const, apiKeyId: visitor.key.id };
}

/** The same limit as for an owner in the API. */
const OWNER_CHARS_MAX = 100;
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/** Times in the console are UTC, including those typed in. */
function attributesOf(form: URLSearchParams) {
  const owner = (form.get('owner') ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  const deadline = form.get('deadline') ?? '';
  const ms = LOCAL.test(deadline) ? Date.parse(`${deadline}:00Z`) : Number.NaN;
  if (deadline !== '' && Number.isNaN(ms)) {
    throw new Problem('bad_request', 'operators.invalidDeadline');
  }
  return {
    owner: owner === '' ? null : owner.slice(0, OWNER_CHARS_MAX),
    // An unchanged deadline keeps its seconds.
    ...(deadline === form.get('was') ? {} : { deadlineAtMs: deadline === '' ? null : ms }),
  };
}

/** The tenant of a case; throws when the case does not exist. */
export async function tenantOf(exceptions: Exceptions, id: string): Promise<Tenant> {
  const tenant = isUuid(id) ? await exceptions.tenantOf(id.toLowerCase()) : null;
  if (tenant === null) throw new Problem('not_found', 'operators.noSuchCase');
  return tenant;
}
