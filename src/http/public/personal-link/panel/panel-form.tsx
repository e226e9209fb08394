import type { ComponentChildren } from 'preact';
import { isTownFirst } from '../../../../kernel/places/address-line.ts';
import { countriesIn } from '../../../../kernel/places/country-list.ts';
import type { PageContext } from '../../tracking/pages/page-context.ts';
import type { TrackView } from '../../tracking/pages/view/track-view.ts';
import type { PanelView } from './panel-view.ts';

interface PanelFormProps extends PanelProps {
  /** Last segment of the URL it is submitted to. */
  readonly to: string;
  readonly id: string;
  /** Opens the response in a new tab. */
  readonly newTab?: boolean;
  /** The form uploads files. */
  readonly files?: boolean;
  readonly children: ComponentChildren;
}

/** The token is sent in the body, so that access logs never contain it. */
export function PanelForm(props: PanelFormProps) {
  const { context, panel, path, to, id, newTab, files, children } = props;
  const action = context.link(`${path}/${to}`);
  const target = newTab === true ? { target: '_blank', rel: 'noopener' } : {};
  const encoding = files === true ? { encType: 'multipart/form-data' } : {};
  return (
    <form class="act" method="post" action={action} id={id} data-keep {...target} {...encoding}>
      <input type="hidden" name="t" value={panel.token} />
      {children}
    </form>
  );
}

interface FieldProps extends PanelProps {
  readonly form: string;
  readonly name: string;
  readonly label: string;
  readonly value?: string | undefined;
  readonly required?: boolean;
  readonly charsMax: number;
  readonly autocomplete?: string;
  readonly long?: boolean;
}

/** A field with its label and, when invalid, an explanation. */
export function Field(props: FieldProps) {
  const { context, form, name, label, required, charsMax, autocomplete } = props;
  const { self, trouble: words } = context.language.page;
  const trouble = fieldTrouble(props.panel, form, name);
  const value = trouble.value ?? props.value;
  const id = `${form}-${name}`;
  const common = {
    id,
    name,
    maxLength: charsMax,
    required: required === true,
    ...(autocomplete === undefined ? {} : { autocomplete }),
    ...(trouble.word === null ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-trouble` }),
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {required !== true && <span class="hint">{` (${self.optional})`}</span>}
      </label>
      {props.long === true ? (
        <textarea {...common} rows={2}>
          {value}
        </textarea>
      ) : (
        <input {...common} type="text" value={value} />
      )}
      {trouble.word !== null && (
        <p class="wrong" id={`${id}-trouble`}>
          {words[trouble.word]}
        </p>
      )}
    </div>
  );
}

/** Why the submitted form was rejected. */
export function TroubleNote({ context, panel }: PanelProps) {
  return (
    <div class="trouble" role="alert" id="trouble">
      <strong>{context.language.page.trouble.title}</strong> {panel.trouble?.text}
    </div>
  );
}

export interface PanelProps {
  readonly context: PageContext;
  readonly panel: PanelView;
  readonly view: TrackView;
  /** Path of the parcel's page; forms are submitted to paths below it. */
  readonly path: string;
}

/** The submitted value and its error; nulls where the field was valid. */
export function fieldTrouble(
  { trouble }: Pick<PanelView, 'trouble'>,
  form: string,
  name: string,
): { readonly value: string | null; readonly word: 'missing' | 'invalid' | 'too_long' | null } {
  if (trouble === null || trouble.form !== form) return { value: null, word: null };
  const value = Object.hasOwn(trouble.values, name) ? (trouble.values[name] ?? null) : null;
  const word = Object.hasOwn(trouble.fields, name) ? (trouble.fields[name] ?? null) : null;
  return { value, word };
}

type AddressView = NonNullable<PanelView['address']>;

/** The maximum length of each field, the same as in shipments. */
const ADDRESS_CHARS_MAX = {
  name: 200,
  company: 200,
  line1: 200,
  line2: 200,
  postal_code: 16,
  city: 100,
  region: 100,
} as const;

/** Required in every country. */
const ADDRESS_REQUIRED: ReadonlySet<string> = new Set(['line1', 'city']);

const AUTOCOMPLETE = {
  name: 'name',
  company: 'organization',
  line1: 'address-line1',
  line2: 'address-line2',
  postal_code: 'postal-code',
  city: 'address-level2',
  region: 'address-level1',
} as const;

/** In the order of an envelope. */
const ADDRESS_HEAD = [['name'], ['company'], ['line1'], ['line2']] as const;
const CODE_FIRST = [['postal_code', 'city'], ['region']] as const;
const TOWN_FIRST = [['city'], ['region', 'postal_code']] as const;

/** The carrier could not find the address: the recipient confirms or corrects it. */
export function AddressForms(props: PanelProps & { readonly address: AddressView }) {
  const { context, panel, address } = props;
  const texts = context.language.page.address;
  const isKnown = address.lines.length > 0;
  const townRows = isTownFirst(address.values['country']) ? TOWN_FIRST : CODE_FIRST;
  if (address.stateText !== null) {
    return (
      <div class="requests" role="status">
        <p class="word">{address.stateText}</p>
      </div>
    );
  }
  return (
    <div class="way asked">
      <h3>{isKnown ? texts.title : texts.title_unknown}</h3>
      {isKnown && (
        <>
          <address>
            {address.lines.map((line) => (
              <span key={line}>{line}</span>
            ))}
          </address>
          <PanelForm {...props} to="confirm-address" id="confirm-address">
            <input type="hidden" name="action" value="confirm" />
            <button type="submit">{texts.right}</button>
          </PanelForm>
        </>
      )}
      <details open={!isKnown || panel.trouble?.form === 'address'}>
        <summary>{texts.correct}</summary>
        <PanelForm {...props} to="confirm-address" id="correct-address">
          <input type="hidden" name="action" value="correct" />
          {[...ADDRESS_HEAD, ...townRows].map((names) => (
            <div key={names[0]} class="row">
              {names.map((name) => (
                <Field
                  key={name}
                  {...props}
                  form="address"
                  name={name}
                  label={texts[name]}
                  value={address.values[name]}
                  required={ADDRESS_REQUIRED.has(name)}
                  charsMax={ADDRESS_CHARS_MAX[name]}
                  autocomplete={AUTOCOMPLETE[name]}
                />
              ))}
            </div>
          ))}
          <CountryField {...props} />
          <button type="submit">{texts.submit}</button>
        </PanelForm>
      </details>
    </div>
  );
}

/** Selects the country by name: nobody knows the two-letter codes of all countries. */
function CountryField({ context, panel, address }: PanelProps & { readonly address: AddressView }) {
  const { address: texts } = context.language.page;
  const trouble = fieldTrouble(panel, 'address', 'country');
  const chosen = trouble.value?.toUpperCase() ?? address.values['country']?.toUpperCase();
  return (
    <div class="field">
      <label for="address-country">{texts.country}</label>
      <select
        id="address-country"
        name="country"
        required
        autocomplete="country"
        {...(trouble.word === null
          ? {}
          : { 'aria-invalid': true, 'aria-describedby': 'address-country-trouble' })}
      >
        <option value="" />
        {countriesIn(context.language.page.language).map(({ code, name }) => (
          <option key={code} value={code} selected={code === chosen}>
            {name}
          </option>
        ))}
      </select>
      {trouble.word !== null && (
        <p class="wrong" id="address-country-trouble">
          {texts.country_wrong}
        </p>
      )}
    </div>
  );
}
