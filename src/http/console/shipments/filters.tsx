import type { ComponentChildren } from 'preact';
import { capitalized } from '../../../kernel/capitalized.ts';
import { countriesIn, countryName } from '../../../kernel/places/country-list.ts';
import { STATUSES, type Status } from '../../../kernel/status.ts';
import { FilterMenu } from '../kit/choices.tsx';
import { useDates } from '../kit/dates.ts';
import { Icon } from '../kit/icons.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { useCarrierNames } from '../kit/names.ts';
import type { DeskDeps } from '../kit/visit.ts';
import {
  AT,
  COLUMNS,
  FIRST_ORDER,
  isFiltered,
  queryOf,
  type Wanted,
  withoutFilters,
} from './listing.ts';
import { TABS } from './tabs.ts';

/** No filter acts while its year is being typed. */
const FIRST_DAY = '2000-01-01';

interface Props {
  readonly deps: Pick<DeskDeps, 'parts'>;
  readonly wanted: Wanted;
}

/** The filters of the list, which act at once where scripts run. */
export function Filters({ deps, wanted }: Props) {
  const { shipments: words } = useMessages().desk;
  const { short } = useMessages().status;
  const { language } = useSpoken();
  const statusOf = (status: Status) => capitalized(short[status]);
  const carrierOf = useCarrierNames(deps);
  const carriers = deps.parts.adapters.carriers().map(({ manifest: { name } }) => name);
  const { tab, q, sort, tag, country, statuses, columns } = wanted;
  const ofTab: readonly Status[] = TABS[tab] ?? STATUSES;
  const { date } = useDates(deps.parts.clock.nowMs());
  const delivered = { name: 'delivered_since', label: words.deliveredSince };
  const days = [
    { name: 'added_since', label: words.addedSince, day: wanted.addedSince },
    ...(ofTab.includes('delivered') ? [{ ...delivered, day: wanted.deliveredSince }] : []),
  ];
  return (
    <form method="get" action={AT} class="chips acts-at-once">
      {Object.entries({
        tab: tab === 'all' ? '' : tab,
        q,
        sort: sort === FIRST_ORDER ? '' : sort,
      })
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
      {ofTab.length > 1 && (
        <Chip name={words.status} chosen={statuses.map(statusOf)}>
          <Checks name="status" of={ofTab} chosen={statuses} textOf={statusOf} />
        </Chip>
      )}
      <Chip name={words.carrier} chosen={wanted.carriers.map(carrierOf)}>
        <Checks name="carrier" of={carriers} chosen={wanted.carriers} textOf={carrierOf} />
      </Chip>
      <Chip name={words.tag} chosen={tag === '' ? [] : [tag]}>
        <input
          {...{ name: 'tag', type: 'text', value: tag, maxLength: 64, autocomplete: 'off' }}
          aria-label={words.tag}
        />
      </Chip>
      <Chip
        name={words.destination}
        chosen={country === '' ? [] : [countryName(country, language)]}
      >
        <select name="to" aria-label={words.destination}>
          <option value="">{words.anyCountry}</option>
          {countriesIn(language).map(({ code, name }) => (
            <option key={code} value={code} selected={code === country}>
              {name}
            </option>
          ))}
        </select>
      </Chip>
      <Chip
        name={words.date}
        chosen={days
          .filter(({ day }) => day !== '')
          .map(({ label, day }) => `${label.toLowerCase()} ${date(day)}`)}
      >
        {days.map(({ name, label, day }) => (
          <label key={name}>
            {label}
            <input {...{ type: 'date', name, value: day, min: FIRST_DAY }} />
          </label>
        ))}
      </Chip>
      <button type="submit" class="apply">
        {words.apply}
      </button>
      <FilterMenu
        summary={`${sort.startsWith('-') ? '↓' : '↑'} ${words.orders[sort]}`}
        label={words.sort}
        choices={SHOWN_ORDERS.map((each) => ({
          href: `${AT}?${queryOf({ ...wanted, sort: each })}`,
          name: words.orders[each],
          current: each === sort,
        }))}
        isOn={sort !== FIRST_ORDER}
      />
      {isFiltered(wanted) && (
        <a href={`${AT}?${queryOf(withoutFilters(wanted))}`}>{words.clearFilters}</a>
      )}
      <details class="menu tool">
        <summary>
          <Icon name="columns" /> {words.columns}
        </summary>
        <div class="sheet">
          <Checks
            name="col"
            of={COLUMNS}
            chosen={columns}
            textOf={(each) => words.columnNames[each]}
          />
        </div>
      </details>
    </form>
  );
}

/** The orders in the menu; the heads of columns offer the others, too. */
const SHOWN_ORDERS = ['-created_at', 'created_at', '-updated_at', 'due_on'] as const;

interface ChipProps {
  readonly name: string;
  /** What is chosen, in words. */
  readonly chosen: readonly string[];
  readonly children: ComponentChildren;
}

/** A filter that opens from a chip, which names what is chosen. */
function Chip({ name, chosen, children }: ChipProps) {
  return (
    <details class={chosen.length > 0 ? 'menu on' : 'menu'}>
      <summary>{chosen.length > 0 ? `${name}: ${chosen.join(', ')}` : name}</summary>
      <div class="sheet">{children}</div>
    </details>
  );
}

interface ChecksProps<Value extends string> {
  readonly name: string;
  readonly of: readonly Value[];
  readonly chosen: readonly Value[];
  readonly textOf: (value: Value) => string;
}

function Checks<Value extends string>({ name, of, chosen, textOf }: ChecksProps<Value>) {
  return (
    <>
      {of.map((each) => (
        <label key={each} class="check">
          <input type="checkbox" name={name} value={each} checked={chosen.includes(each)} />{' '}
          {textOf(each)}
        </label>
      ))}
    </>
  );
}
