import { inkOn, readableOn } from '../../../kernel/color-contrast.ts';

/** The grounds of the layout (config/templates/mail.mjml) on which a merchant's colour is shown. */
const CARD = '#ffffff';
const CARD_DARK = '#1a1d23';
const PAGE = '#f4f3ef';
/** For merchants that have none. */
const USUAL = '#1d3fb8';
/** A button is known by its words, which can be read; it need only not melt into its ground. */
const RATIO_SHAPE = 1.3;

/** A merchant's colour wherever a mail shows it, readable in light and dark. */
export function mailColors(color: string | null): Readonly<Record<string, string>> {
  const own = color ?? USUAL;
  const visible = (ground: string) => readableOn(own, ground, RATIO_SHAPE);
  const [button, buttonDark] = [visible(CARD), visible(CARD_DARK)];
  return {
    button,
    button_ink: inkOn(button),
    // The page is the darker of the two light grounds that links stand on.
    link: readableOn(own, PAGE),
    link_dark: readableOn(own, CARD_DARK),
    button_dark: buttonDark,
    button_ink_dark: inkOn(buttonDark),
  };
}
