import { expect, it, describe as suite } from 'vitest';
import { STATUSES } from '../kernel/status.ts';
import { compileMessages, describe, type Messages } from './texts.ts';

/** One label per status, in each of these sections. */
function labels(...sections: readonly string[]): string {
  const lines = STATUSES.map((status) => `  ${status}: It is ${status}\n`).join('');
  return sections.map((section) => `${section}:\n${lines}`).join('');
}

const YAML = `language: en
unknown: News
with_reason: "{status}: {reason}"
statuses:
  created: Created
  picked_up: Picked up
  in_transit: Moving
  at_facility: In a building
  out_for_delivery: Out
  available_for_pickup: Ready
  delivery_attempted: Attempted
  exception: Problem
  returning: Going back
  delivered: Delivered
  returned_to_sender: Returned
  cancelled: Cancelled
  none: Information
reasons:
  refused: "refused for $& and more"
reasons_by_status:
  exception:
    refused: The recipient refused it
milestones:
  departed: Left the building
texts:
  handed_over: Handed over in person
${labels('headlines', 'leads')}steps:
  ordered: Ordered
  shipped: Shipped
  out_for_delivery: Out
  ready_for_pickup: Ready
  attempted: Attempted
  problem: Problem
  delivered: Delivered
  returning: Going back
  returned: Returned
  cancelled: Cancelled
notify_when:
  delivered: it has arrived
`;

function messages(): Messages {
  const outcome = compileMessages(YAML, 'en.yaml');
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.messages;
}

suite('compiling messages', () => {
  it('lists what is missing, unknown or empty, with its place', () => {
    const text = YAML.replace('  delivered: Delivered\n', '')
      .replace('milestones:', 'milestone:')
      .replace('created: Created', 'created: ""')
      .replace('{status}: {reason}', '{reason}');
    const outcome = compileMessages(text, 'en.yaml');
    expect(outcome.ok ? [] : outcome.problems.map(({ line, found }) => `${line} ${found}`)).toEqual(
      [
        '1 milestones is missing.',
        '3 with_reason is "{reason}".',
        expect.stringContaining('5 statuses.delivered is missing.'),
        expect.stringContaining('5 statuses.created is ""'),
        '22 Unknown key "milestone".',
      ],
    );
  });

  it('refuses what is no YAML', () => {
    expect(compileMessages('a: [', 'en.yaml').ok).toBe(false);
    expect(compileMessages('', 'en.yaml').ok).toBe(false);
  });
});

suite('describing a reading', () => {
  const base = { status: 'exception', reason: null, milestone: null, known: true } as const;

  it('describes an unknown code only as an update', () => {
    expect(describe(messages(), { ...base, known: false, reason: 'refused' })).toBe('News');
  });

  it('uses the most specific text available, and falls back step by step to the status', () => {
    const all = { ...base, text: 'handed_over', milestone: 'departed', reason: 'refused' };
    expect(describe(messages(), all)).toBe('Handed over in person');
    expect(describe(messages(), { ...all, text: 'no_such' })).toBe('Left the building');
    const { text: _, ...plain } = all;
    expect(describe(messages(), { ...plain, milestone: 'no_such' })).toBe(
      'The recipient refused it',
    );
    expect(describe(messages(), { status: 'returning', reason: 'refused' })).toBe(
      'Going back: refused for $& and more',
    );
    expect(describe(messages(), { ...base, reason: 'no_such' })).toBe('Problem');
    expect(describe(messages(), { status: 'none', reason: null })).toBe('Information');
  });

  it('is not fooled by names that every object has', () => {
    expect(describe(messages(), { ...base, milestone: 'toString', reason: 'constructor' })).toBe(
      'Problem',
    );
  });
});
