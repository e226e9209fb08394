import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { parsePolicy, readPolicyFile } from './own-policy.ts';
import { claimTermsOf, deadlineMs, exceptionPolicyChange, kindOf, override } from './policy.ts';

const shipped = await readPolicyFile(`${PROJECT_ROOT}config/exception-policy.yaml`);
const HOUR_MS = 3_600_000;

describe('the policy that ships', () => {
  it('makes a case of any exception, of a wrong address at the door, and of damage wherever it is found', () => {
    expect(kindOf(shipped, 'exception', null)).toBe('other');
    expect(kindOf(shipped, 'exception', 'unknown_reason')).toBe('other');
    expect(kindOf(shipped, 'exception', 'customs_hold')).toBe('customs');
    expect(kindOf(shipped, 'exception', 'stalled')).toBe('stalled');
    expect(kindOf(shipped, 'delivery_attempted', 'address_not_found')).toBe('address');
    expect(kindOf(shipped, 'delivered', 'damaged')).toBe('damaged');
    expect(kindOf(shipped, 'in_transit', 'damaged')).toBe('damaged');
  });

  it('makes none of an ordinary attempt, nor of a return', () => {
    expect(kindOf(shipped, 'delivery_attempted', 'recipient_unavailable')).toBeNull();
    expect(kindOf(shipped, 'returning', 'refused')).toBeNull();
    expect(kindOf(shipped, 'in_transit', null)).toBeNull();
  });

  it('reads no rule out of what every object has', () => {
    expect(kindOf(shipped, 'exception', 'constructor')).toBe('other');
    expect(claimTermsOf(shipped, 'constructor').submitWithinDays).toBe(30);
  });
});

describe('a merchant’s own policy', () => {
  it('is given the allowed ways to end attempts', () => {
    for (const wrong of ['never', null, true, 0, -1, 11, 1.5]) {
      const { error } = exceptionPolicyChange.safeParse({ return_after_attempts: wrong });
      expect(error?.issues[0]?.message).toMatch(/whole number from 1 to \d+, or off/);
    }
  });

  it('changes what it names and leaves the rest', () => {
    const own = exceptionPolicyChange.parse({
      return_after_attempts: 'off',
      deadline_hours: { address: 6 },
      reasons: { weather_delay: { kind: 'none' }, seized: { kind: 'lost', deadline_hours: 1 } },
      claims: { carriers: { acme: { submit_within_days: 7 } } },
    });
    const policy = override(shipped, own);
    expect(policy.return_after_attempts).toBe('off');
    expect(policy.attempts).toBe(shipped.attempts);
    expect(kindOf(policy, 'exception', 'weather_delay')).toBeNull();
    expect(kindOf(policy, 'exception', 'lost')).toBe('lost');
    expect(deadlineMs(policy, 'address', 'address_not_found', 0)).toBe(6 * HOUR_MS);
    expect(deadlineMs(policy, 'lost', 'seized', 0)).toBe(HOUR_MS);
    expect(deadlineMs(policy, 'other', 'seized', 0)).toBe(72 * HOUR_MS);
    expect(claimTermsOf(policy, 'acme')).toEqual({ submitWithinDays: 7, answerWithinDays: 30 });
    expect(override(shipped, null)).toBe(shipped);
  });

  it.each([
    [{ attempts: 0 }, 'attempts'],
    [{ return_after_attempts: 'never' }, 'return_after_attempts'],
    [{ reasons: { x: { kind: 'attempts' } } }, 'reasons.x.kind'],
    [{ reasons: { 'X Y': { kind: 'other' } } }, 'reasons.X Y'],
    [{ deadline_hours: { address: 0 } }, 'deadline_hours.address'],
    [{ nonsense: 1 }, ''],
  ])('is refused where it says nothing usable: %j', (own, where) => {
    const read = exceptionPolicyChange.safeParse(own);
    expect(read.error?.issues[0]?.path.join('.')).toBe(where);
  });
});

describe('a policy file that cannot be used', () => {
  it.each([
    ['attempts: 0\n', 'f.yaml:1:11: attempts:'],
    ['attempts: 3\nreasons:\n  x: { kind: nonsense }\n', 'f.yaml:3:14: reasons.x.kind:'],
    ['attempts: [', 'f.yaml:1:12: is not YAML'],
    ['attempts: 3\nattempts: 4\n', 'f.yaml:2:1: is not YAML'],
    ['- 1', 'f.yaml:1:1: the file:'],
    ['a: &x 1\nb: *x\n', 'anchors and aliases'],
    ['', 'f.yaml:1:1: the file:'],
  ])('says where and what: %j', (text, said) => {
    expect(() => parsePolicy(text, 'f.yaml')).toThrow(said);
  });

  it('that does not exist is said to be missing', async () => {
    await expect(readPolicyFile('/nowhere/policy.yaml')).rejects.toThrow('ENOENT');
  });
});
