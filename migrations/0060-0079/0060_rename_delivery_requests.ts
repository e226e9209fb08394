/** Each word as it was stored, and as it is: in arrays, in columns, and inside stored documents. */
const MILESTONE = ['wish_confirmed', 'delivery_request_confirmed'] as const;
const RULE = ['wish-confirmed', 'delivery-request-confirmed'] as const;
const EVENT = ['shipment.wish_settled', 'delivery_request.resolved'] as const;
/** Who follows every event of shipments goes on to get this one. */
const FAMILY = ['shipment.*', 'delivery_request.*'] as const;
const PLACE = ['{wish_text}', '{delivery_request_text}'] as const;
const HISTORY = [
  ['wish_made', 'delivery_request_made'],
  ['wish_taken', 'delivery_request_accepted'],
  ['wish_refused', 'delivery_request_refused'],
  ['wish_done', 'delivery_request_done'],
  ['wish_replaced', 'delivery_request_replaced'],
] as const;

/**
 * What recipients ask for is a delivery request, and what turned out not to have happened is
 * retracted: stored filters, rules, templates, messages and cases say so. The log and deliveries
 * that are stored keep their bytes; old entries of the log are read as new ones.
 */
export async function up(knex: Statements): Promise<void> {
  await knex.raw(
    `alter table exception_cases drop constraint exception_cases_closed_how_check;
     alter table recipient_wishes drop constraint recipient_wishes_state_check;
     set local role waybill_pipeline;
     ${renamed((pair) => pair)}
     update webhook_endpoints set events = events || '${FAMILY[1]}'::text
       where '${FAMILY[0]}' = any(events);
     reset role;
     alter table exception_cases add constraint exception_cases_closed_how_check
       check (closed_how in ('facts', 'person', 'retracted'));
     alter table recipient_wishes add constraint recipient_wishes_state_check
       check (state in ('asking', 'accepted', 'open', 'done', 'refused', 'replaced'));`,
  );
}

export async function down(knex: Statements): Promise<void> {
  await knex.raw(
    `alter table exception_cases drop constraint exception_cases_closed_how_check;
     alter table recipient_wishes drop constraint recipient_wishes_state_check;
     set local role waybill_pipeline;
     update webhook_endpoints set events = array_remove(events, '${FAMILY[1]}')
       where '${FAMILY[0]}' = any(events);
     ${renamed(([was, is]) => [is, was])}
     reset role;
     alter table exception_cases add constraint exception_cases_closed_how_check
       check (closed_how in ('facts', 'person', 'taken_back'));
     alter table recipient_wishes add constraint recipient_wishes_state_check
       check (state in ('asking', 'taken', 'open', 'done', 'refused', 'replaced'));`,
  );
}

/** What is needed of knex. */
interface Statements {
  raw(sql: string): PromiseLike<unknown>;
}

type Pair = readonly [string, string];

/** The statements that put the second word of each pair in the first one's place. */
function renamed(turned: (pair: Pair) => Pair): string {
  const [event, newEvent] = turned(EVENT);
  const [milestone, newMilestone] = turned(MILESTONE);
  const [rule, newRule] = turned(RULE);
  const [place, newPlace] = turned(PLACE);
  const [member, newMember] = turned(['wish', 'delivery_request']);
  const [back, newBack] = turned(['taken_back', 'retracted']);
  const array = (table: string, column: string, [was, is]: Pair) =>
    `update ${table} set ${column} = array_replace(${column}, '${was}', '${is}')
       where '${was}' = any(${column});`;
  const value = (table: string, column: string, [was, is]: Pair) =>
    `update ${table} set ${column} = '${is}' where ${column} = '${was}';`;
  return [
    array('webhook_endpoints', 'events', [event, newEvent]),
    array('subscriptions', 'milestones', [milestone, newMilestone]),
    array('recipient_preferences', 'muted', [milestone, newMilestone]),
    // Names stand in quotes, as members and as values; who had read the document reads it again.
    `update notification_rules
       set document = replace(replace(document::text, '"${milestone}"', '"${newMilestone}"'),
                              '"${rule}"', '"${newRule}"')::jsonb,
           generation = generation + 1
       where document::text like any(array['%"${milestone}"%', '%"${rule}"%']);`,
    value('notification_templates', 'template', [milestone, newMilestone]),
    `update notification_templates
       set document = replace(document::text, '${place}', '${newPlace}')::jsonb,
           generation = generation + 1
       where document::text like '%${place}%';`,
    `update notifications
       set milestone = '${newMilestone}', subject = replace(subject, '${milestone}', '${newMilestone}')
       where milestone = '${milestone}';`,
    value('notifications', 'template', [milestone, newMilestone]),
    value('notifications', 'rule', [rule, newRule]),
    `update notification_windows set subject = replace(subject, '${milestone}:', '${newMilestone}:')
       where starts_with(subject, '${milestone}:');`,
    `update case_events
       set type = case type ${HISTORY.map(turned)
         .map(([was, is]) => `when '${was}' then '${is}'`)
         .join(' ')} else type end,
           data = case when jsonb_exists(data, '${member}')
             then data - '${member}' || jsonb_build_object('${newMember}', data->'${member}')
             else data end
       where jsonb_exists(data, '${member}')
         or type in (${HISTORY.map(turned)
           .map(([was]) => `'${was}'`)
           .join(', ')});`,
    `update exception_cases
       set trigger = case trigger when '${member}' then '${newMember}' else trigger end,
           closed_how = case closed_how when '${back}' then '${newBack}' else closed_how end
       where trigger = '${member}' or closed_how = '${back}';`,
    value('recipient_wishes', 'state', turned(['taken', 'accepted'])),
  ].join('\n');
}
