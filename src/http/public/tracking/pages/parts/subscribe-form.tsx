import type { PageContext } from '../page-context.ts';
import type { Update } from '../view/updates.ts';

/** RFC 5321 §4.5.3.1. */
export const EMAIL_CHARS_MAX = 254;

interface SubscribeFormProps {
  readonly context: PageContext;
  readonly path: string;
  /** The rejected input. */
  readonly wrong?: string;
}

interface UpdatesProps {
  readonly context: PageContext;
  /** The updates that can still occur. */
  readonly updates: readonly Update[];
}

export function UpdatesAhead({ context, updates }: UpdatesProps) {
  const texts = context.language.page.subscribe.updates;
  return (
    <ul class="updates">
      {updates.map((update) => (
        <li key={update}>{texts[update]}</li>
      ))}
    </ul>
  );
}

/** Subscribes an email address to messages about the parcel, after confirmation. */
export function SubscribeForm(props: SubscribeFormProps & UpdatesProps) {
  const { context, path, wrong, updates } = props;
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
      {updates.includes('out_for_delivery') && (
        <label class="consent">
          <input type="checkbox" name="every" value="yes" />
          <span>{subscribe.every}</span>
        </label>
      )}
      <button type="submit">{subscribe.submit}</button>
      <p class="hint">{subscribe.hint}</p>
    </form>
  );
}

/** Subscribes a phone number to messages, after confirmation with the code from a first SMS. */
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

/**
 * Push notifications on this device. The script reveals the form where the browser supports them.
 */
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
