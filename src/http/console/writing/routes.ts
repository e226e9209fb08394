import { Problem } from '../../../kernel/errors.ts';
import { isUuid, uuidV7 } from '../../../kernel/ids.ts';
import { sampleInput } from '../../../reactions/notifications/index.ts';
import {
  SHIPMENT_NOTES_MAX,
  type Shipment,
  writeShipmentNote,
} from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { languageFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { chosenShipments } from '../shipments/bulk.ts';
import { shipmentPathOf } from '../shipments/list-page.tsx';
import { AT, BACK_CHARS_MAX } from '../shipments/listing.ts';
import { idOf, noSuchShipment } from '../shipments/shipment-id.ts';
import { WritePage } from './page.tsx';

/** Maximum recipients of one message: each gets a row in the outbox at once. */
const RECIPIENTS_MAX = 1_000;
const SUBJECT_CHARS_MAX = 150;
const TEXT_CHARS_MAX = 1_000;
const NOTE_CHARS_MAX = 2_000;

/** Texts written by members: messages to recipients, and notes for colleagues. */
export function writingRoutes(deps: DeskDeps): readonly Route[] {
  const { clock, randomBytes } = deps.parts.tracking;
  const page = async (
    call: DeskCall,
    shipments: readonly Shipment[],
    said: URLSearchParams,
    fault?: Problem,
  ) => {
    const reach = await deps.notifications.reach(call.tenant, shipments);
    return WritePage({ deps, call, shipments, reach, said, fault });
  };
  return [
    deskPage(deps, 'readDeskWriting', async (call) => {
      const shipments = await chosenShipments(deps, call, call.query, RECIPIENTS_MAX);
      const messageId = uuidV7(clock.nowMs(), randomBytes(10));
      const said = new URLSearchParams({
        message: messageId,
        back: call.query.get('back') ?? '',
        all: call.query.get('all') ?? '',
        // As an assistant drafted them; the member reads and sends them.
        subject: (call.query.get('subject') ?? '').slice(0, SUBJECT_CHARS_MAX),
        text: (call.query.get('text') ?? '').slice(0, TEXT_CHARS_MAX),
      });
      return page(call, shipments, said);
    }),
    deskPage(deps, 'readDeskWritingPreview', (call) => mailOf(deps, call, call.query)),
    deskForm(deps, 'previewDeskWriting', (call) => mailOf(deps, call, call.form)),
    deskForm(deps, 'writeFromDesk', async (call) => {
      const shipments = await chosenShipments(deps, call, call.form, RECIPIENTS_MAX);
      try {
        const counts = await sendMessages(deps, call, shipments);
        const back = new URLSearchParams((call.form.get('back') ?? '').slice(0, BACK_CHARS_MAX));
        back.set('done', `message-${counts.join('-')}`);
        return { seeOther: `${AT}?${back}` };
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
        return { invalid: await page(call, shipments, call.form, error) };
      }
    }),
    deskForm(deps, 'noteOnDeskShipment', async (call) => {
      const id = idOf(call);
      const text = fieldOf(call.form, 'note', NOTE_CHARS_MAX);
      const done = await writeShipmentNote(deps.parts.tracking, call.tenant, id, {
        text,
        author: authorOf(call),
      });
      if (done === 'absent') throw noSuchShipment();
      if (done === 'full') {
        throw new Problem('conflict', {
          'desk.tooManyNotes': { shipmentNotesMax: SHIPMENT_NOTES_MAX },
        });
      }
      await call.note(id);
      return { seeOther: `${shipmentPathOf(id)}?done=note` };
    }),
  ];
}

/** The message as an email about an invented parcel; empty texts are those of a sample. */
async function mailOf(deps: DeskDeps, call: DeskCall, said: URLSearchParams) {
  const { adapters, publicUrl, templating } = deps.parts;
  const input = sampleInput({
    tenant: call.tenant,
    template: 'merchant_message',
    kind: 'email',
    locale: languageFor(call.request),
    carrier: adapters.carriers()[0]?.manifest.name ?? 'carrier',
    publicUrl: publicUrl(),
  });
  const sample = input.written ?? { subject: '', text: '' };
  const written = {
    subject: said.get('subject') || sample.subject,
    text: said.get('text') || sample.text,
  };
  const mail = await templating.templates.preview({ ...input, written }, null);
  return { framedHtml: mail.kind === 'email' ? mail.html : '' };
}

/**
 * Sends the message of a form to the recipients of these shipments. Returns how many get it, have
 * declined messages, and have no known address. Throws a 409 if the form has expired.
 */
async function sendMessages(
  deps: DeskDeps,
  call: DeskFormCall,
  shipments: readonly Shipment[],
): Promise<readonly [sent: number, declined: number, unknown: number]> {
  const { form, tenant } = call;
  const subject = fieldOf(form, 'subject', SUBJECT_CHARS_MAX).replaceAll(/\s+/g, ' ');
  const text = fieldOf(form, 'text', TEXT_CHARS_MAX);
  const messageId = form.get('message') ?? '';
  const reach = await deps.notifications.reach(tenant, shipments);
  const count = isUuid(messageId)
    ? await deps.notifications.write(tenant, { messageId, shipments, subject, text })
    : null;
  if (count === null) {
    throw new Problem('conflict', 'desk.formExpired', {
      fix: 'desk.reopenAndRewrite',
    });
  }
  const [first] = shipments;
  if (count > 0) await call.note(shipments.length === 1 ? (first?.id ?? null) : String(count));
  // Of those who declined, the outbox records that, too.
  const declined = reach.filter((each) => each === 'declined').length;
  const unknown = reach.filter((each) => each === null).length;
  return [reach.length - declined - unknown, declined, unknown];
}

/** The text of a field; throws when it is empty or too long. */
function fieldOf(form: URLSearchParams, name: string, most: number): string {
  const value = (form.get(name) ?? '').replaceAll('\r\n', '\n').trim();
  if (value === '') throw invalidMember(`/${name}`, 'values.empty', 'desk.enterText');
  if (value.length <= most) return value;
  throw invalidMember(`/${name}`, { 'desk.tooManyCharacters': { most } }, 'desk.shortenText');
}

/** The author's name for colleagues. */
function authorOf({ visitor: { actor } }: DeskCall): string {
  return actor.kind === 'user' ? actor.person.name || actor.person.email : '';
}
