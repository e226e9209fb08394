import type { PageContext } from '../page-context.ts';

/** RFC 5321 §4.5.3.1. */
export const EMAIL_CHARS_MAX = 254;

interface SubscribeFormProps {
  readonly context: PageContext;
  readonly path: string;
  /** What was typed and could not be used. */
  readonly wrong?: string;
}

/** Messages about the parcel, for whoever confirms the address they give. */
export function SubscribeForm({ context, path, wrong }: SubscribeFormProps) {
  const { subscribe, trouble } = context.language.page;
  return (
    <form class="act" method="post" action={context.link(`${path}/subscribe`)}>
      <div class="field">
        <label for="email">{subscribe.email}</label>
        <input
          id="email"
          name="address"
          type="email"
          value={wrong}
          required
          maxLength={EMAIL_CHARS_MAX}
          autocomplete="email"
          {...(wrong === undefined
            ? {}
            : { 'aria-invalid': true, 'aria-describedby': 'email-trouble' })}
        />
        {wrong !== undefined && (
          <p class="wrong" id="email-trouble">
            {trouble.invalid}
          </p>
        )}
      </div>
      <label class="consent">
        <input type="checkbox" name="every" value="yes" />
        <span>{subscribe.every}</span>
      </label>
      <button type="submit">{subscribe.submit}</button>
      <p class="hint">{subscribe.hint}</p>
    </form>
  );
}
