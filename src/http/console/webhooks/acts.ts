import { Problem } from '../../../kernel/errors.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import {
  type EndpointPatch,
  patchEndpoint,
  removeEndpoint,
  replayDeliveries,
  rotateSecret,
  sendTest,
} from '../../../reactions/merchant-webhooks/index.ts';
import { languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { type Fault, readEndpoint, type Said, saidIn } from './endpoint-form.ts';

/** For a day, receivers may verify with either secret, so theirs can be changed without haste. */
const OVERLAP_S = 86_400;
/** Allows for other processes' clocks being ahead. */
const CLOCKS_APART_MS = 60_000;

type Done =
  | { readonly seeOther: string }
  | { readonly notice: string; readonly secret?: string }
  | { readonly fault: Fault; readonly said: Said };

/** Applies a form's action to an endpoint: `do` names it. */
export async function actOn(deps: DeskDeps, call: DeskFormCall, id: string): Promise<Done> {
  const { webhooks } = deps.parts;
  const { tenant, form, note } = call;
  const at = `/console/webhooks/${id}`;
  const words = messagesFor(call).desk.webhook;
  switch (form.get('do')) {
    case 'remove': {
      if (!(await removeEndpoint(webhooks, tenant, id))) throw noSuchEndpoint();
      await note(id);
      return { seeOther: '/console/webhooks' };
    }
    case 'enable':
    case 'disable': {
      const state = form.get('do') === 'enable' ? 'active' : 'disabled';
      const skips = form.get('missed') === 'cancel' && state === 'active';
      const patch: EndpointPatch = { state, missed: skips ? 'cancel' : undefined };
      if ((await patchEndpoint(webhooks, tenant, id, patch)) === null) throw noSuchEndpoint();
      await note(id);
      return { seeOther: `${at}?done=${state}` };
    }
    case 'change':
      return change(deps, call, id);
    case 'rotate': {
      const done = await rotateSecret(webhooks, tenant, id, { overlapS: OVERLAP_S });
      if (done === null) throw noSuchEndpoint();
      await note(id);
      return { notice: words.rotated, secret: done.secret };
    }
    case 'replay': {
      const dead = {
        sinceMs: 0,
        untilMs: webhooks.clock.nowMs() + CLOCKS_APART_MS,
        states: ['dead'],
      } as const;
      const done = await replayDeliveries(webhooks, tenant, id, dead);
      if (done === null) throw noSuchEndpoint();
      await note(id);
      return { seeOther: `${at}?done=${done.nextSinceMs === null ? 'replayed' : 'replayed-some'}` };
    }
    default: {
      const sent = await sendTest(webhooks, tenant, id);
      if (sent === null) throw noSuchEndpoint();
      await note(id);
      const { accepted, notAccepted } = messagesFor(call).desk.webhooks;
      const notice = sent.delivered
        ? accepted({ status: sent.status, ms: sent.durationMs })
        : notAccepted({
            why:
              sent.reason === null
                ? String(sent.status)
                : errorText(sent.reason, languageFor(call.request), 'person'),
          });
      return { notice };
    }
  }
}

async function change(deps: DeskDeps, call: DeskFormCall, id: string): Promise<Done> {
  const said = saidIn(call.form);
  const read = await readEndpoint(deps, call, said);
  if ('fault' in read) return { ...read, said };
  const { url, events, description } = read.form;
  const patch = { url, events, description };
  const changed = await patchEndpoint(deps.parts.webhooks, call.tenant, id, patch);
  if (changed === null) throw noSuchEndpoint();
  await call.note(id);
  return { seeOther: `/console/webhooks/${id}?done=changed` };
}

function noSuchEndpoint(): Problem {
  return new Problem('not_found', 'desk.noSuchEndpoint');
}
