import type { ComponentChildren } from 'preact';
import { useMessages } from '../kit/language.ts';

interface Props {
  /** The name of its document, for assistive technology. */
  readonly title: string;
  /** The path of the document without unsaved changes. */
  readonly src: string;
  /** What it previews; absent: what the form beside it writes. */
  readonly heading?: string;
  /** Selects of what it shows. */
  readonly choices?: ComponentChildren;
  /** What is shown below it. */
  readonly children?: ComponentChildren;
}

/** The preview beside a form, whose button submits to the frame called `preview`. */
export function PreviewFrame({ title, src, heading, choices, children }: Props) {
  const words = useMessages().desk.branding;
  return (
    <section aria-label={words.preview} class="card">
      <h2>{heading ?? words.preview}</h2>
      {choices && <div class="row">{choices}</div>}
      <iframe class="mail preview" name="preview" title={title} src={src} />
      {children}
    </section>
  );
}
