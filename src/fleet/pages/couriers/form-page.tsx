import type { InputHTMLAttributes } from 'preact';
import {
  Faults,
  FormRefused,
  useFaultAt,
  useIsRefused,
} from '../../../http/console/kit/faults.tsx';
import { PostForm } from '../../../http/console/kit/fields.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import { Removal } from '../../../http/console/kit/pieces.tsx';
import type { DeskPageProps } from '../../../http/console/kit/visit.ts';
import { capitalized } from '../../../kernel/capitalized.ts';
import type { Problem } from '../../../kernel/errors.ts';
import { COURIER_CHARS, type Courier, VEHICLES } from '../../couriers/index.ts';
import { AT, pathOf } from './list-page.tsx';

interface Props extends DeskPageProps {
  /** Who is changed; null: a new courier is added. */
  readonly courier: Courier | null;
  /** The form's current values. */
  readonly form: URLSearchParams;
  /** What is wrong with the form; null: nothing, or it was not sent yet. */
  readonly problem: Problem | null;
}

/** Adds a courier, or changes one. */
export const CourierFormPage = (props: Props) => <Page {...props} />;

function Page({ deps, call, courier, form, problem }: Props) {
  const { couriers, console: hub } = useMessages();
  const words = couriers.form;
  const title = courier === null ? words.add : words.edit;
  const fields = useFields();
  const fault = problem && { problem, fields };
  const path = courier && pathOf(courier);
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={title} at={AT}>
      <p class="crumbs">
        <a href={AT}>{hub.couriers.title}</a>{' '}
        {courier && <a href={pathOf(courier)}>{courier.name}</a>}
      </p>
      <h1>{title}</h1>
      {fault && <Faults {...fault} />}
      <FormRefused value={fault}>
        <PostForm to={path === null ? `${AT}/new` : `${path}/edit`} class="stack narrow card">
          {courier === null && <p class="soft">{words.lead}</p>}
          <Fields form={form} />
          <div class="row">
            <button type="submit" class="primary">
              {courier === null ? words.add : words.save}
            </button>
          </div>
        </PostForm>
      </FormRefused>
      {path !== null && (
        <Removal
          to={`${path}/remove`}
          label={words.remove}
          sure={words.removeSure}
          about={words.removeLead}
        />
      )}
    </DeskLayout>
  );
}

/** The fields of the form by the API's pointers. */
function useFields() {
  const words = useMessages().couriers.form;
  return {
    '/name': { name: words.name, control: 'name' },
    '/phone': { name: words.phone, control: 'phone' },
    '/vehicle': { name: words.vehicle, control: 'vehicle' },
    '/capacity/parcels': { name: words.parcels, control: 'parcels' },
    '/capacity/weight_g': { name: words.weight, control: 'weight' },
    '/home_facility': { name: words.building, control: 'building' },
    '/time_zone': { name: words.timeZone, control: 'zone' },
    '/external_id': { name: words.number, control: 'number' },
  };
}

const OPTIONAL_FIELDS = ['parcels', 'weight', 'building', 'zone', 'number'];

function Fields({ form }: Pick<Props, 'form'>) {
  const words = useMessages().couriers.form;
  const { vehicles } = useMessages().console.couriers;
  const isMoreRefused = useIsRefused((control) => OPTIONAL_FIELDS.includes(control));
  const value = (name: string) => form.get(name) ?? '';
  const isMoreGiven = OPTIONAL_FIELDS.some((name) => name !== 'zone' && value(name) !== '');
  const whole = { inputMode: 'numeric' } as const;
  return (
    <>
      <Text
        {...{ name: 'name', label: words.name, value: value('name') }}
        more={{ required: true, maxLength: COURIER_CHARS.name, autofocus: form.size === 0 }}
      />
      <label for="vehicle">{words.vehicle}</label>
      <select id="vehicle" name="vehicle">
        {VEHICLES.map((each) => (
          <option key={each} value={each} selected={each === (value('vehicle') || 'van')}>
            {capitalized(vehicles[each])}
          </option>
        ))}
      </select>
      <Text
        {...{ name: 'phone', label: words.phone, hint: words.phoneHint, value: value('phone') }}
        more={{ inputMode: 'tel', maxLength: 32 }}
      />
      <details open={isMoreRefused || isMoreGiven}>
        <summary>{words.more}</summary>
        <div class="stack">
          <Text
            {...{ name: 'parcels', label: words.parcels, value: value('parcels'), more: whole }}
          />
          <Text
            {...{ name: 'weight', label: words.weight, value: value('weight') }}
            more={{ inputMode: 'decimal' }}
          />
          <Text
            {...{ name: 'building', label: words.building, hint: words.buildingHint }}
            value={value('building')}
            more={{ maxLength: COURIER_CHARS.facility }}
          />
          <Text
            {...{ name: 'zone', label: words.timeZone, hint: words.timeZoneHint }}
            value={value('zone')}
          />
          <Text
            {...{ name: 'number', label: words.number, value: value('number') }}
            more={{ maxLength: COURIER_CHARS.externalId }}
          />
        </div>
      </details>
    </>
  );
}

interface TextProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly more?: InputHTMLAttributes<HTMLInputElement>;
}

function Text({ name, label, value, hint, more }: TextProps) {
  const hintId = hint === undefined ? undefined : `${name}-hint`;
  const { marks, said } = useFaultAt(name, hintId);
  return (
    <>
      <label for={name}>{label}</label>
      {said}
      <input
        {...{ id: name, name, type: 'text', value, autocomplete: 'off', spellcheck: false }}
        {...more}
        {...marks}
      />
      {hint && (
        <p id={hintId} class="soft">
          {hint}
        </p>
      )}
    </>
  );
}
