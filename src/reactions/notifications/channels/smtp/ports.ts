/** Where mail is handed in, the usual first; a merchant's "mail server" on another port is not one. */
export const MAIL_PORTS: readonly number[] = [587, 465, 25, 2525, 2587, 2465];
