import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { CASE_OUTCOMES } from '../../../reactions/exceptions/index.ts';
import { PARCEL, parcelId, parcelRow } from './parcel.ts';
import { caseRow } from './read-parcels.ts';
import { type Json, listOf, objectOf, textOf, tool, word } from './tool.ts';

/** Adds a parcel, as `POST /v1/shipments` does. */
export const registerParcel = tool({
  name: 'register_parcel',
  title: 'Register a parcel',
  description:
    'Starts tracking a parcel. Only when the user asks for it; registering the same number again changes nothing.',
  input: z.strictObject({
    tracking_number: word(128, 'As the carrier printed it.'),
    carrier: word(64, 'The carrier’s name; recognized from the number if left out.').optional(),
    order_id: word(128, 'The shop’s order id.').optional(),
  }),
  scope: 'shipments:write',
  async run({ run, note }, body) {
    const shipment = await run('createShipment', { body });
    await note(textOf(shipment['id']));
    const warnings = listOf(shipment['warnings']).map(({ detail }) => detail);
    return { parcel: parcelRow(shipment), warnings };
  },
});

/** The form at which a person reads, changes and sends a message. */
const WRITE_AT = '/console/write';
/** As the form takes them. */
const SUBJECT_CHARS_MAX = 150;
const TEXT_CHARS_MAX = 1_000;
/** Browsers and proxies take longer ones, the hub does not. */
const LINK_CHARS_MAX = 3_500;

/** Prepares a message to a recipient; nothing is stored or sent. */
export const draftMessage = tool({
  name: 'draft_message',
  title: 'Draft a message',
  description:
    'Prepares a message to a parcel’s recipient. Nothing is sent: give the user the link, where they read, change and send it.',
  input: z.strictObject({
    ...PARCEL,
    subject: word(SUBJECT_CHARS_MAX, 'One line.'),
    text: word(TEXT_CHARS_MAX, 'Plain text, without a greeting by name.'),
  }),
  scope: 'shipments:write',
  async run(call, { subject, text, ...named }) {
    const id = await parcelId(call, named);
    const shipment = await call.run('getShipment', { params: { id } });
    await call.note(textOf(shipment['id']));
    const empty = `${call.publicUrl}${WRITE_AT}?${new URLSearchParams({ id })}`;
    const filled = `${call.publicUrl}${WRITE_AT}?${new URLSearchParams({ id, subject, text })}`;
    const fits = filled.length <= LINK_CHARS_MAX;
    return {
      parcel: parcelRow(shipment),
      draft: { subject, text },
      sent: false,
      open_to_send: fits ? filled : empty,
      ...(fits ? {} : { note: 'Too long for a link: copy subject and text into the form.' }),
    };
  },
});

/** Works on one exception, with the commands of `/v1/exceptions`. */
export const workCase = tool({
  name: 'work_case',
  title: 'Work on an exception',
  description:
    'Adds a note to an exception, sets who handles it, or closes it. Only when the user asks for it.',
  input: z.strictObject({
    exception_id: word(64, 'The id of the exception, from list_exceptions.'),
    note: word(2_000, 'For colleagues.').optional(),
    owner: word(100, 'The name of the person who handles it.').optional(),
    close_as: z.enum(CASE_OUTCOMES).optional().describe('Closes it with this outcome.'),
  }),
  scope: 'exceptions:write',
  overwrites: true,
  async run(call, { exception_id: id, note, owner, close_as: outcome }) {
    let changed: Json | null = null;
    const change = async (operation: string, body: Json) => {
      const answer = await call.run(operation, { params: { id }, body });
      // By the first change: the second one may be refused.
      if (changed === null) await call.note(textOf(answer['id']));
      changed = answer;
    };
    if (owner !== undefined) await change('updateException', { owner });
    if (outcome !== undefined) {
      await change('resolveException', { outcome, note });
    } else if (note !== undefined) {
      await change('addExceptionNote', { text: note });
    }
    const found = objectOf(changed);
    if (found === null) throw new Problem('bad_request', 'agents.nothingToDo');
    return { exception: caseRow(found) };
  },
});
