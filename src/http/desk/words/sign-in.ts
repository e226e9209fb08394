import { inEach } from '../../console/parts/language.ts';

interface Words {
  readonly signIn: string;
  readonly email: string;
  readonly password: string;
  readonly noAccount: string;
  readonly refused: string;
  readonly keyRefused: string;
  readonly donePassword: string;
  readonly doneOut: string;
  readonly doneLink: string;
  readonly here: string;
  readonly hereLead: string;
  readonly key: string;
  readonly openDesk: string;
  readonly linkLead: string;
  readonly noPassword: string;
  readonly noPasswordLead: string;
  readonly newPassword: string;
  readonly mailLink: string;
  readonly withAccount: string;
  readonly withName: (name: string) => string;
  readonly shop: string;
  readonly goOn: string;
  readonly askFirst: (merchant: string) => string;
  readonly notNow: string;
  readonly secondStep: string;
  readonly digits: string;
  readonly code: string;
  readonly codeHint: string;
  readonly lostBoth: string;
  readonly wrongCode: string;
  readonly invitation: string;
  readonly asFirst: (role: string) => string;
  readonly asInvited: (role: string, email: string) => string;
  readonly yourName: string;
  readonly yourPassword: string;
  readonly choosePassword: string;
  readonly passwordHint: string;
  readonly join: string;
  readonly createAccount: string;
  readonly neverChosen: string;
  readonly unverified: string;
  readonly notYours: string;
  readonly notYoursLead: string;
  readonly replace: string;
  readonly orWithout: string;
}

/** Of signing in. */
export const SIGN_IN = inEach<Words>(
  {
    signIn: 'Sign in',
    email: 'Email',
    password: 'Password',
    noAccount: 'No account? An owner of your shop can invite you.',
    refused: 'The email address or the password is wrong.',
    keyRefused:
      'This key does not open the desk from here. Only the key of the first start does (api_key in the line that it printed), and only in a browser on the hub’s own machine. Otherwise ask an owner to invite you; while there is none, each start of the hub writes a link for the first owner to its log.',
    donePassword: 'Your password has been changed. Sign in with the new one.',
    doneOut: 'You have signed out.',
    doneLink:
      'If the address is a member’s, a link to sign in is on its way. Look into your mail; it works once, for 15 minutes.',
    here: 'On this machine',
    hereLead: 'The key from the ready line (or from WAYBILL_BOOTSTRAP_KEY) opens the desk, too.',
    key: 'Key',
    openDesk: 'Open the desk',
    linkLead: 'You opened the link from your mail. It works once.',
    noPassword: 'Without a password, or if you have forgotten it',
    noPasswordLead:
      'We mail you a link that signs you in and lets you set a new password. It works once, for 15 minutes.',
    newPassword: 'Sign in and set a new password',
    mailLink: 'Mail me a link',
    withAccount: 'With your company’s account',
    withName: (name) => `Sign in with ${name}`,
    shop: 'Short name of your shop',
    goOn: 'Go on',
    askFirst: (merchant) =>
      `Another site has led you here. Go on only if you want to sign in to ${merchant} now.`,
    notNow: 'Not now',
    secondStep: 'Second step',
    digits: 'Enter the six digits from your authenticator app.',
    code: 'Code',
    codeHint: 'Without your phone, enter one of your recovery codes.',
    lostBoth: 'Lost both? An owner of your shop can reset the second step.',
    wrongCode:
      'This code is wrong, too old, or was used already. Wait for the next one, or enter a recovery code.',
    invitation: 'Invitation',
    asFirst: (role) => `You become the first ${role}.`,
    asInvited: (role, email) => `You are invited as ${role} with the address ${email}.`,
    yourName: 'Your name',
    yourPassword: 'Your password',
    choosePassword: 'Choose a password',
    passwordHint: 'At least 10 characters; a few words are easy to keep.',
    join: 'Join',
    createAccount: 'Create account',
    neverChosen:
      'If you have never chosen one, have a link mailed on the sign-in page and set one with it; then open this invitation again.',
    unverified:
      'There is an account with this address, but nobody has verified the address yet. This mailed link verifies it. If the account’s password is yours, enter it; password and second step then stay as they are.',
    notYours: 'Not your password, or forgotten?',
    notYoursLead:
      'Take the account over: the password, second step, recovery codes and connected accounts set so far stop working, and all its sessions end. You then use a password of your own.',
    replace: 'Take over the account',
    orWithout: 'Or without a password',
  },
  {
    de: {
      signIn: 'Anmelden',
      email: 'E-Mail',
      password: 'Passwort',
      noAccount: 'Kein Konto? Wer Ihren Shop verwaltet, kann Sie einladen.',
      refused: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
      keyRefused:
        'Dieser Schlüssel öffnet von hier aus nichts. Nur der Schlüssel vom ersten Start tut es (api_key in der Zeile, die dabei erschien), und nur in einem Browser auf dem Rechner des Hubs selbst. Lassen Sie sich sonst von einem Inhaber einladen; solange es keinen gibt, schreibt jeder Start des Hubs einen Link für den ersten Inhaber in sein Log.',
      donePassword: 'Ihr Passwort ist geändert. Melden Sie sich mit dem neuen an.',
      doneOut: 'Sie sind abgemeldet.',
      doneLink:
        'Gehört die Adresse einem Mitglied, ist ein Link zum Anmelden unterwegs. Sehen Sie in Ihre Mail; er gilt einmal und 15 Minuten.',
      here: 'Auf diesem Rechner',
      hereLead:
        'Auch der Schlüssel aus der Startzeile (oder aus WAYBILL_BOOTSTRAP_KEY) öffnet diese Seiten.',
      key: 'Schlüssel',
      openDesk: 'Öffnen',
      linkLead: 'Sie haben den Link aus Ihrer Mail geöffnet. Er gilt einmal.',
      noPassword: 'Ohne Passwort oder Passwort vergessen',
      noPasswordLead:
        'Sie bekommen einen Link per Mail, der Sie anmeldet und mit dem Sie ein neues Passwort setzen können. Er gilt einmal, 15 Minuten lang.',
      newPassword: 'Anmelden und neues Passwort setzen',
      mailLink: 'Link per Mail',
      withAccount: 'Mit dem Konto Ihrer Firma',
      withName: (name) => `Mit ${name} anmelden`,
      shop: 'Kurzname Ihres Shops',
      goOn: 'Weiter',
      askFirst: (merchant) =>
        `Eine andere Seite hat Sie hierher geführt. Gehen Sie nur weiter, wenn Sie sich jetzt bei ${merchant} anmelden wollen.`,
      notNow: 'Jetzt nicht',
      secondStep: 'Zweiter Schritt',
      digits: 'Geben Sie die sechs Ziffern aus Ihrer Authenticator-App ein.',
      code: 'Code',
      codeHint: 'Ohne Telefon: einer Ihrer Ersatzcodes.',
      lostBoth: 'Beides verloren? Wer Ihren Shop verwaltet, kann den zweiten Schritt zurücksetzen.',
      wrongCode:
        'Dieser Code ist falsch, zu alt oder schon verwendet. Warten Sie auf den nächsten, oder geben Sie einen Ersatzcode ein.',
      invitation: 'Einladung',
      asFirst: (role) => `Sie sind hier die erste Person mit der Rolle „${role}“.`,
      asInvited: (role, email) =>
        `Sie sind eingeladen, mit der Rolle „${role}“ und der Adresse ${email}.`,
      yourName: 'Ihr Name',
      yourPassword: 'Ihr Passwort',
      choosePassword: 'Passwort wählen',
      passwordHint: 'Mindestens 10 Zeichen; ein paar Wörter merkt man sich leicht.',
      join: 'Beitreten',
      createAccount: 'Konto anlegen',
      neverChosen:
        'Haben Sie nie eines gewählt, lassen Sie sich auf der Anmeldeseite einen Link schicken und setzen Sie damit eines; öffnen Sie dann diese Einladung noch einmal.',
      unverified:
        'Zu dieser Adresse gibt es ein Konto, aber noch niemand hat die Adresse bestätigt. Dieser Link aus Ihrer E-Mail bestätigt sie. Kennen Sie das Passwort des Kontos, geben Sie es ein: Passwort und zweiter Schritt bleiben dann, wie sie sind.',
      notYours: 'Nicht Ihr Passwort, oder vergessen?',
      notYoursLead:
        'Übernehmen Sie das Konto: Passwort, zweiter Schritt, Ersatzcodes und verbundene Konten gelten dann nicht mehr, und alle Sitzungen enden. Danach gilt Ihr eigenes Passwort.',
      replace: 'Konto übernehmen',
      orWithout: 'Oder ohne Passwort',
    },
    es: {
      signIn: 'Iniciar sesión',
      email: 'Correo',
      password: 'Contraseña',
      noAccount: '¿Sin cuenta? Un propietario de su tienda puede invitarle.',
      refused: 'El correo o la contraseña no son correctos.',
      keyRefused:
        'Esta clave no abre nada desde aquí. Solo lo hace la clave del primer inicio (api_key en la línea que apareció entonces), y solo en un navegador del propio equipo del hub. Si no, pida a un propietario que le invite; mientras no haya ninguno, cada inicio del hub escribe en su registro un enlace para el primer propietario.',
      donePassword: 'Su contraseña ha cambiado. Inicie sesión con la nueva.',
      doneOut: 'Ha cerrado la sesión.',
      doneLink:
        'Si la dirección es de un miembro, un enlace para entrar va de camino. Mire su correo; sirve una vez, durante 15 minutos.',
      here: 'En este equipo',
      hereLead:
        'La clave de la línea de inicio (o de WAYBILL_BOOTSTRAP_KEY) también abre estas páginas.',
      key: 'Clave',
      openDesk: 'Abrir',
      linkLead: 'Ha abierto el enlace de su correo. Sirve una vez.',
      noPassword: 'Sin contraseña o contraseña olvidada',
      noPasswordLead:
        'Le enviamos un enlace con el que entra y puede elegir otra contraseña. Sirve una vez, durante 15 minutos.',
      newPassword: 'Entrar y elegir otra contraseña',
      mailLink: 'Enviarme un enlace',
      withAccount: 'Con la cuenta de su empresa',
      withName: (name) => `Entrar con ${name}`,
      shop: 'Nombre corto de su tienda',
      goOn: 'Seguir',
      askFirst: (merchant) =>
        `Otro sitio le ha traído aquí. Siga solo si quiere entrar ahora en ${merchant}.`,
      notNow: 'Ahora no',
      secondStep: 'Segundo paso',
      digits: 'Escriba los seis dígitos de su aplicación de autenticación.',
      code: 'Código',
      codeHint: 'Sin el teléfono, escriba uno de sus códigos de reserva.',
      lostBoth: '¿Ha perdido ambos? Un propietario de su tienda puede restablecer el segundo paso.',
      wrongCode:
        'Este código es incorrecto, demasiado antiguo o ya se usó. Espere al siguiente o escriba un código de reserva.',
      invitation: 'Invitación',
      asFirst: (role) => `Es aquí la primera persona con el papel «${role}».`,
      asInvited: (role, email) =>
        `Tiene una invitación con el papel «${role}» y la dirección ${email}.`,
      yourName: 'Su nombre',
      yourPassword: 'Su contraseña',
      choosePassword: 'Elija una contraseña',
      passwordHint: 'Al menos 10 caracteres; unas cuantas palabras se recuerdan bien.',
      join: 'Entrar',
      createAccount: 'Crear la cuenta',
      neverChosen:
        'Si nunca ha elegido ninguna, pida un enlace por correo en la página de inicio de sesión y elija una con él; después abra de nuevo esta invitación.',
      unverified:
        'Ya hay una cuenta con esta dirección, pero nadie la ha verificado todavía. Este enlace de su correo la verifica. Si la contraseña de la cuenta es suya, escríbala: la contraseña y el segundo paso se quedan como están.',
      notYours: '¿No es su contraseña, o la ha olvidado?',
      notYoursLead:
        'Tome el control de la cuenta: la contraseña, el segundo paso, los códigos de reserva y las cuentas conectadas dejan de valer, y se cierran todas sus sesiones. Después usará una contraseña propia.',
      replace: 'Tomar el control de la cuenta',
      orWithout: 'O sin contraseña',
    },
    fr: {
      signIn: 'Se connecter',
      email: 'E-mail',
      password: 'Mot de passe',
      noAccount: 'Pas de compte ? Un propriétaire de votre boutique peut vous inviter.',
      refused: 'L’adresse e-mail ou le mot de passe est faux.',
      keyRefused:
        'Cette clé n’ouvre rien d’ici. Seule la clé du premier démarrage le fait (api_key dans la ligne affichée alors), et seulement dans un navigateur sur la machine du hub. Sinon, demandez à un propriétaire de vous inviter ; tant qu’il n’y en a pas, chaque démarrage du hub écrit dans son journal un lien pour le premier propriétaire.',
      donePassword: 'Votre mot de passe a changé. Connectez-vous avec le nouveau.',
      doneOut: 'Vous êtes déconnecté.',
      doneLink:
        'Si l’adresse est celle d’un membre, un lien de connexion est en route. Regardez vos e-mails ; il sert une fois, pendant 15 minutes.',
      here: 'Sur cet ordinateur',
      hereLead:
        'La clé de la ligne de démarrage (ou de WAYBILL_BOOTSTRAP_KEY) ouvre aussi ces pages.',
      key: 'Clé',
      openDesk: 'Ouvrir',
      linkLead: 'Vous avez ouvert le lien de votre e-mail. Il sert une fois.',
      noPassword: 'Sans mot de passe ou mot de passe oublié',
      noPasswordLead:
        'Nous vous envoyons un lien qui vous connecte et permet de choisir un nouveau mot de passe. Il sert une fois, pendant 15 minutes.',
      newPassword: 'Se connecter et choisir un nouveau mot de passe',
      mailLink: 'M’envoyer un lien',
      withAccount: 'Avec le compte de votre société',
      withName: (name) => `Se connecter avec ${name}`,
      shop: 'Nom court de votre boutique',
      goOn: 'Continuer',
      askFirst: (merchant) =>
        `Un autre site vous a amené ici. Ne continuez que si vous voulez vous connecter à ${merchant} maintenant.`,
      notNow: 'Pas maintenant',
      secondStep: 'Deuxième étape',
      digits: 'Entrez les six chiffres de votre application d’authentification.',
      code: 'Code',
      codeHint: 'Sans votre téléphone, entrez un de vos codes de secours.',
      lostBoth:
        'Perdu les deux ? Un propriétaire de votre boutique peut réinitialiser la deuxième étape.',
      wrongCode:
        'Ce code est faux, trop ancien ou déjà utilisé. Attendez le suivant, ou entrez un code de secours.',
      invitation: 'Invitation',
      asFirst: (role) => `Vous êtes ici la première personne avec le rôle « ${role} ».`,
      asInvited: (role, email) =>
        `Vous êtes invité avec le rôle « ${role} » et l’adresse ${email}.`,
      yourName: 'Votre nom',
      yourPassword: 'Votre mot de passe',
      choosePassword: 'Choisissez un mot de passe',
      passwordHint: 'Au moins 10 caractères ; quelques mots se retiennent bien.',
      join: 'Rejoindre',
      createAccount: 'Créer le compte',
      neverChosen:
        'Si vous n’en avez jamais choisi, demandez un lien par e-mail sur la page de connexion et choisissez-en un ; puis rouvrez cette invitation.',
      unverified:
        'Un compte existe déjà avec cette adresse, mais personne ne l’a encore vérifiée. Ce lien reçu par e-mail la vérifie. Si le mot de passe du compte est le vôtre, entrez-le : le mot de passe et la deuxième étape restent alors inchangés.',
      notYours: 'Ce n’est pas votre mot de passe, ou vous l’avez oublié ?',
      notYoursLead:
        'Reprenez le compte : le mot de passe, la deuxième étape, les codes de secours et les comptes connectés ne sont plus valables, et toutes ses sessions prennent fin. Vous utilisez ensuite votre propre mot de passe.',
      replace: 'Reprendre le compte',
      orWithout: 'Ou sans mot de passe',
    },
  },
);
