import { carrierAccountChange } from '../../api/carrier-accounts/schema.ts';
import { parseBody } from '../../kit/validation.ts';
import { PlainField } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import type { Account } from './carrier-grid.tsx';

interface Props {
  readonly account: Account;
  /** The name of the account for people. */
  readonly about: string;
  readonly to: string;
  /** The submitted values, if they were refused. */
  readonly said: URLSearchParams | null;
}

/** What an account with a bridge has registered, and the form of its rule. */
export function BridgeRuleForm({ account: { rule, health }, about, to, said }: Props) {
  const words = useMessages().desk.carriers.rule;
  const { this_month: count = 0, remaining = null } = health?.registrations ?? { this_month: 0 };
  const list = (all: readonly string[] | null | undefined) => all?.join(', ') ?? '';
  return (
    <PostForm to={to} class="stack" autocomplete="off">
      <h4>{words.title({ account: about })}</h4>
      <p class="soft">{words.explained}</p>
      <p>
        {words.used({ count })} {remaining !== null && words.remaining({ count: remaining })}{' '}
        {health?.state === 'degraded' && words.silent}
      </p>
      <input type="hidden" name="do" value="rule" />
      <PlainField
        name="monthly_cap"
        label={words.cap}
        value={said?.get('monthly_cap') ?? String(rule?.monthlyCap ?? '')}
        isOptional
      />
      <PlainField
        name="rule_carriers"
        label={words.carriers}
        value={said?.get('rule_carriers') ?? list(rule?.carriers)}
        isOptional
      />
      <PlainField
        name="rule_countries"
        label={words.countries}
        value={said?.get('rule_countries') ?? list(rule?.countries)}
        isOptional
      />
      <div class="row">
        <button type="submit">{words.save}</button>
      </div>
    </PostForm>
  );
}

/**
 * Converts the form to a body of `PATCH /v1/carrier-accounts`; without a cap, nothing is registered.
 *
 * @throws Problem 422 with a pointer for each field
 */
export function ruleChangeFrom(form: URLSearchParams) {
  const said = (name: string) => (form.get(name) ?? '').trim();
  const list = (name: string) =>
    said(name)
      .split(/[\s,;]+/)
      .filter((each) => each !== '');
  const listOrNull = (all: readonly string[]) => (all.length === 0 ? null : all);
  const rule = {
    monthly_cap: Number(said('monthly_cap')),
    carriers: listOrNull(list('rule_carriers')),
    countries: listOrNull(list('rule_countries').map((each) => each.toUpperCase())),
  };
  return parseBody(carrierAccountChange, { rule });
}
