import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import type { FoldPolicy, FoldPull } from './fold-input.ts';
import {
  at,
  DAY_MS,
  FULL_HISTORY,
  fact,
  ingested,
  pull,
  pulled,
  undated,
  verdicts,
} from './test-given.ts';

const scan = fact('scan', 'in_transit', '06:00', { observations: [pulled('09:00')] });
const wrong = fact('wrong', 'delivered', '08:00', { observations: [pulled('09:00')] });
const FIRST = pull('09:00', ['scan', 'wrong']);

function withPulls(pulls: FoldPull[], policy: FoldPolicy = FULL_HISTORY) {
  return fold(ingested([scan, wrong], { pulls: [FIRST, ...pulls], policy }));
}

describe('retracted', () => {
  it('asks for a confirming pull at the first absence, and no more', () => {
    const state = withPulls([pull('10:00', ['scan'])]);
    expect(state).toMatchObject({ status: 'delivered', needsConfirmingPull: true });
  });

  it('retracts what two full pulls leave out', () => {
    const state = withPulls([pull('10:00', ['scan']), pull('11:00', ['scan'])]);
    expect(state).toMatchObject({ status: 'in_transit', needsConfirmingPull: false });
    expect(verdicts(state)['wrong']).toBe('retracted/retracted');
    expect(state.verdicts.find(({ identity }) => identity === 'wrong')?.shown).toBe(false);
  });

  it('counts the times at which an unchanged pull was confirmed', () => {
    const unchanged = pull('11:00', ['scan'], { inboundMessageId: 'pull 10:00' });
    expect(withPulls([pull('10:00', ['scan']), unchanged]).status).toBe('in_transit');
  });

  it('revives what a pull lists again', () => {
    const state = withPulls([
      pull('10:00', ['scan']),
      pull('11:00', ['scan']),
      pull('12:00', ['scan', 'wrong']),
    ]);
    expect(state).toMatchObject({ status: 'delivered', needsConfirmingPull: false });
  });

  it('counts only absences after the last pull that listed it', () => {
    const state = withPulls([
      pull('10:00', ['scan']),
      pull('11:00', ['scan', 'wrong']),
      pull('12:00', ['scan']),
    ]);
    expect(state).toMatchObject({ status: 'delivered', needsConfirmingPull: true });
  });

  it('knows from its observation that a fact was pulled when the pull itself is gone', () => {
    const pulls = [pull('08:30', ['scan']), pull('08:40', ['scan'])];
    expect(fold(ingested([scan, wrong], { pulls })).status).toBe('delivered');
    const later = [pull('10:00', ['scan']), pull('11:00', ['scan'])];
    expect(fold(ingested([scan, wrong], { pulls: later })).status).toBe('in_transit');
  });

  it.each([
    ['partial pulls', { full: false }, FULL_HISTORY],
    ['pulls that do not reach back so far', { reachesBackToMs: at('08:01') }, FULL_HISTORY],
    ['pulls without any fact', { reachesBackToMs: null }, FULL_HISTORY],
    ['pulls at the length cap', {}, { ...FULL_HISTORY, historyMaxEvents: 1 }],
    [
      'pulls after the purge',
      { atMs: at('+9 08:01') },
      { ...FULL_HISTORY, historyMaxAgeMs: 9 * DAY_MS },
    ],
    ['carriers without full history', {}, { ...FULL_HISTORY, pullsFullHistory: false }],
    ['pulls at no known time', { atMs: Number.NaN }, FULL_HISTORY],
  ])('is not concluded from %s', (_, given, policy) => {
    const state = withPulls(
      [pull('10:00', ['scan'], given), pull('11:00', ['scan'], given)],
      policy,
    );
    expect(state).toMatchObject({ status: 'delivered', needsConfirmingPull: false });
  });

  it('does not let a pull at no known time come between those that have one', () => {
    const pushed = fact('pushed', 'delivered', '08:00');
    const nowhen = pull('10:00', ['scan'], { atMs: Number.NaN });
    const pulls = [nowhen, nowhen, pull('09:00', ['scan', 'pushed']), nowhen];
    expect(fold(ingested([scan, pushed], { pulls })).status).toBe('delivered');
  });

  it('is concluded just below the caps', () => {
    const policy = { ...FULL_HISTORY, historyMaxEvents: 2, historyMaxAgeMs: 9 * DAY_MS };
    const state = withPulls(
      [pull('10:00', ['scan']), pull('11:00', ['scan'], { atMs: at('+9 08:00') })],
      policy,
    );
    expect(state.status).toBe('in_transit');
  });
});

describe('refuted', () => {
  const forged = fact('forged', 'delivered', '08:00', {
    observations: [{ trust: 'secret', receivedAtMs: at('09:30') }],
  });
  const denials = [pull('10:00', ['scan']), pull('11:00', ['scan'])];

  it('takes out a push that two later pulls should show', () => {
    const state = fold(ingested([scan, forged], { pulls: [FIRST, ...denials] }));
    expect(state.status).toBe('in_transit');
    expect(verdicts(state)['forged']).toBe('refuted/refuted');
  });

  it('asks for a confirming pull at the first denial', () => {
    const state = fold(ingested([scan, forged], { pulls: [pull('10:00', ['scan'])] }));
    expect(state).toMatchObject({ status: 'delivered', needsConfirmingPull: true });
  });

  it('does not count pulls from before the push', () => {
    const before = [pull('09:10', ['scan']), pull('09:20', ['scan'])];
    const state = fold(ingested([scan, forged], { pulls: before }));
    expect(state).toMatchObject({ status: 'delivered', needsConfirmingPull: false });
  });

  it('is not undone by the same push sent again', () => {
    const again = {
      ...forged,
      observations: [
        ...forged.observations,
        ...fact('x', 'delivered', '08:00', { observations: [{ receivedAtMs: at('12:00') }] })
          .observations,
      ],
    };
    expect(fold(ingested([scan, again], { pulls: denials })).status).toBe('in_transit');
  });

  it('is undone by a pull that shows it after all', () => {
    const pulls = [...denials, pull('12:00', ['scan', 'forged'])];
    expect(fold(ingested([scan, forged], { pulls })).status).toBe('delivered');
  });

  it('ignores facts of our own sources, commands and summaries', () => {
    const own = fact('own', 'delivered', '08:00', { observations: [{ source: 'scan' }] });
    const command = fact('command', 'delivered', '08:00', { source: 'command' });
    const pulls = [pull('12:00', ['scan']), pull('13:00', ['scan'])];
    expect(fold(ingested([scan, own], { pulls })).status).toBe('delivered');
    expect(fold(ingested([scan, command], { pulls })).status).toBe('delivered');
    const summary = fact('summary', 'in_transit', '08:00', { summary: true });
    expect(verdicts(fold(ingested([summary], { pulls })))['summary']).toBe('steering/status');
  });

  it('never concludes anything from the absence of a fact without a time', () => {
    const timeless = fact('timeless', 'delivered', undated(at('09:30')));
    expect(fold(ingested([timeless], { pulls: denials })).status).toBe('delivered');
  });
});

describe('a pull of one source', () => {
  const relay = { source: 'bridge', bridge: 'relay' } as const;
  const facts = [
    fact('c', 'in_transit', '08:00'),
    fact('b', 'at_facility', '10:00', relay),
    fact('o', 'at_facility', '11:00', { ...relay, bridge: 'other' }),
  ];
  const twice = (given: Parameters<typeof pull>[2]) => [
    pull('20:00', [], given),
    pull('21:00', [], given),
  ];

  it.each<[string, Parameters<typeof pull>[2], string]>([
    ['the carrier', {}, 'c'],
    ['a bridge', { bridge: 'relay' }, 'b'],
  ])('denies only what %s reported', (_who, given, denied) => {
    const state = fold(ingested(facts, { pulls: twice(given) }));
    const gone = state.verdicts.filter(({ verdict }) => verdict === 'refuted');
    expect(gone.map(({ identity }) => identity)).toEqual([denied]);
  });

  it('of a bridge causes no confirming pull of the carrier', () => {
    const pulls = [pull('20:00', [], { bridge: 'relay' })];
    expect(fold(ingested(facts, { pulls })).needsConfirmingPull).toBe(false);
  });
});
