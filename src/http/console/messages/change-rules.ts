import { Problem } from '../../../kernel/errors.ts';
import {
  type Notifications,
  type RulesChange,
  ruleSet,
} from '../../../reactions/notifications/index.ts';
import { parseBody } from '../../kit/validation.ts';
import type { DeskFormCall } from '../kit/visit.ts';

export type RulesDone = 'switched' | 'hours' | 'shipped';

/**
 * Changes a merchant's rules as the form requests: `do` names the change. Members the form lacks
 * stay unchanged.
 *
 * @throws Problem 422 for invalid input, 409 when somebody has changed them meanwhile
 */
export async function changeRules(
  rules: Notifications['rules'],
  { tenant, form, note }: DeskFormCall,
): Promise<RulesDone> {
  const expected = generationIn(form);
  const act = form.get('do');
  if (act === 'reset') {
    done(await rules.remove(tenant, expected));
    await note(null);
    return 'shipped';
  }
  if (act === 'hours') {
    const now = await rules.now(tenant);
    const hours = { from: form.get('from') ?? '', to: form.get('to') ?? '' };
    const changed = parseBody(ruleSet, { ...now.rules, quiet_hours: hours });
    done(await rules.replace(tenant, changed, expected));
    await note(null);
    return 'hours';
  }
  const rule = form.get('rule') ?? '';
  done(await rules.enable(tenant, rule, form.get('enabled') === 'yes', expected));
  await note(rule);
  return 'switched';
}

/** The version the page was made from. */
function generationIn(form: URLSearchParams): number {
  const said = Number(form.get('generation'));
  return Number.isSafeInteger(said) && said >= 0 ? said : -1;
}

function done(change: RulesChange): void {
  if (change.kind === 'other') {
    throw new Problem('conflict', 'desk.rulesChangedMeanwhile', {
      fix: 'desk.reopenAndRepeat',
    });
  }
  if (change.kind === 'no_such_rule') throw new Problem('not_found', 'desk.noSuchRule');
}
