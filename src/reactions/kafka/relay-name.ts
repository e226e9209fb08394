/** The relay's name in the log. */
export const RELAY = 'kafka';
