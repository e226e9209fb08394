import type { ComponentChildren } from 'preact';
import { fieldTrouble, type PanelProps } from './panel-parts.ts';

interface PanelFormProps extends PanelProps {
  /** Last segment of the URL it is submitted to. */
  readonly to: string;
  readonly id: string;
  /** Opens the response beside the page. */
  readonly beside?: boolean;
  /** The form uploads files. */
  readonly files?: boolean;
  readonly children: ComponentChildren;
}

/** The token is sent in the body, so that access logs never contain it. */
export function PanelForm(props: PanelFormProps) {
  const { context, panel, path, to, id, beside, files, children } = props;
  const action = context.link(`${path}/${to}`);
  const target = beside === true ? { target: '_blank', rel: 'noopener' } : {};
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
