import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { RulesFileError, readRulesFile } from './rules-in-force.ts';

const RULE = 'milestones: [picked_up], channels: [email], audience: [recipient]';

function complaint(text: string): string {
  try {
    readRulesFile(text, 'rules.yaml');
  } catch (error) {
    if (error instanceof RulesFileError) return error.message;
  }
  return '';
}

describe('the file of rules', () => {
  it('is refused in words, not by keys of the catalogue', () => {
    const found = complaint(`time_zone: Berlin\nrules: [{ name: One, ${RULE} }]`);
    expect(found).toContain('time_zone: Write an IANA time zone, such as Europe/Berlin.');
    expect(found).toContain('rules.0.name: Write lower-case letters, digits and hyphens.');
  });

  it('that comes with the product tells what it promises', () => {
    const file = 'config/notification-rules.yaml';
    const { rules } = readRulesFile(readFileSync(`${PROJECT_ROOT}${file}`, 'utf8'), file);
    const milestonesBy = (channel: string) =>
      new Set(
        rules
          .filter(({ channels }) => channels.some((each) => each === channel))
          .flatMap(({ milestones }) => milestones),
      );
    for (const milestone of [
      'picked_up',
      'out_for_delivery',
      'delivered',
      'delivery_attempted',
      'exception',
      'available_for_pickup',
      'edd_changed',
      'delay_predicted',
      'stalled',
    ] as const) {
      expect(milestonesBy('email')).toContain(milestone);
    }
    expect(milestonesBy('sms')).toEqual(
      new Set([
        'out_for_delivery',
        'delivery_attempted',
        'available_for_pickup',
        'returning',
        'arriving',
        'delivery_request_confirmed',
      ]),
    );
    expect(milestonesBy('push')).toEqual(
      new Set(['out_for_delivery', 'arriving', 'delivered', 'available_for_pickup']),
    );
    expect(milestonesBy('ticket')).toEqual(
      new Set(['exception_opened', 'exception_updated', 'exception_resolved']),
    );
  });

  it('says line, member and what to write of everything that is wrong with it', () => {
    const text = `time_zone: Mars/Base\nrules:\n  - { name: a, ${RULE} }\n  - { name: a, ${RULE} }\n  - { name: B!, ${RULE}, windows: 30m }\n  - { name: d, milestones: [gone], channels: [email], audience: [recipient] }\n`;
    const lines = complaint(text).split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^rules\.yaml:1: time_zone: .*IANA/));
    expect(lines).toContainEqual(expect.stringMatching(/^rules\.yaml:5: rules\.2\.name: /));
    expect(lines).toContainEqual(expect.stringMatching(/^rules\.yaml:5: rules\.2: .*windows/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^rules\.yaml:6: rules\.3\.milestones\.0: /),
    );
  });

  it('says where it stops being YAML', () => {
    expect(complaint('rules:\n  - { name: a\n')).toMatch(/^rules\.yaml:\d+: /);
  });

  it('has each name once, and keeps for ever what is for ever', () => {
    expect(complaint(`rules:\n  - { name: a, ${RULE} }\n  - { name: a, ${RULE} }\n`)).toMatch(
      /same name/,
    );
    const short = 'milestones: [delivered], channels: [email], audience: [recipient], window: 30m';
    expect(complaint(`rules:\n  - { name: a, ${short} }\n`)).toMatch(/once, for ever/);
  });

  it('tells nobody who only follows the parcel of what its recipient requests', () => {
    const all =
      'milestones: [delivery_request_confirmed], channels: [email], audience: [subscribers]';
    expect(complaint(`rules:\n  - { name: a, ${all} }\n`)).toMatch(/rules\.0\.audience: .*affair/);
  });

  it('names all that may stand for a window where something else does', () => {
    for (const window of ['often', '30', '7']) {
      expect(complaint(`rules:\n  - { name: a, ${RULE}, window: ${window} }\n`)).toMatch(
        /default, day, forever, or a whole number and m, h or d/,
      );
    }
  });

  it('does not grow by references', () => {
    const text = `rules: &a\n  - { name: a, ${RULE} }\nx: *a\n`;
    expect(complaint(text)).toMatch(/refers to a part of itself/);
  });
});
