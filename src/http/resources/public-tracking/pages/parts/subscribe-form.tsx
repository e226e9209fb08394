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

/** Messages to a phone, for whoever confirms by the code in a first one. */
export function SmsForm({ context, path, wrong }: SubscribeFormProps) {
  const { subscribe, trouble } = context.language.page;
  return (
    <form class="act" method="post" action={context.link(`${path}/subscribe`)}>
      <input type="hidden" name="channel" value="sms" />
      <div class="field">
        <label for="phone">{subscribe.phone}</label>
        <input
          id="phone"
          name="address"
          type="tel"
          value={wrong}
          required
          maxLength={40}
          autocomplete="tel"
          {...(wrong === undefined
            ? {}
            : { 'aria-invalid': true, 'aria-describedby': 'phone-trouble' })}
        />
        {wrong !== undefined && (
          <p class="wrong" id="phone-trouble">
            {trouble.invalid}
          </p>
        )}
      </div>
      <button type="submit">{subscribe.sms_submit}</button>
      <p class="hint">{subscribe.sms_hint}</p>
    </form>
  );
}

/** Notifications on this device. Its script shows it where the browser can do it. */
export function PushForm({
  context,
  path,
  pushKey,
}: SubscribeFormProps & { readonly pushKey: string }) {
  const { subscribe } = context.language.page;
  return (
    <form
      hidden
      class="act"
      method="post"
      action={context.link(`${path}/subscribe`)}
      data-key={pushKey}
      data-worker={context.assets.pushWorkerUrl}
    >
      <input type="hidden" name="channel" value="push" />
      <input type="hidden" name="address" value="" />
      <button type="submit">{subscribe.push_submit}</button>
      <p class="hint">{subscribe.push_hint}</p>
      <p class="wrong" role="alert" hidden>
        {subscribe.push_denied}
      </p>
    </form>
  );
}
