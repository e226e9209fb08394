import { counterOf, inEach } from '../../console/parts/language.ts';

const fr = counterOf('fr');

interface OwnWords {
  readonly password: string;
  readonly setNew: string;
  readonly change: string;
  readonly leadNew: string;
  readonly leadChange: string;
  readonly byProvider: string;
  readonly byKey: string;
  readonly current: string;
  readonly next: string;
  readonly atLeast: string;
  readonly setIt: string;
  readonly changeIt: string;
  readonly isSet: string;
  readonly step: string;
  readonly stepOff: string;
  readonly setUp: string;
  readonly stepKey: string;
  readonly recoveryHint: string;
  readonly newCodes: string;
  readonly turnOff: string;
  readonly doneOff: string;
  readonly doneReplaced: string;
  readonly scan: string;
  readonly enter: string;
  readonly picture: string;
  readonly openApp: string;
  readonly fromApp: string;
  readonly turnOn: string;
  readonly writeDown: string;
  readonly enrol: string;
  readonly enrolLead: string;
  readonly enrolled: string;
  readonly recoveryTitle: string;
  readonly openDesk: string;
  readonly accounts: string;
  readonly accountsTitle: string;
  readonly keyNoAccounts: string;
  readonly noSignIn: string;
  readonly signInHead: string;
  readonly connectedHead: string;
  readonly no: string;
  readonly connect: string;
  readonly disconnect: string;
  readonly doneConnected: string;
  readonly doneDisconnected: string;
  readonly accountsLead: (merchant: string) => string;
  readonly codesLeft: (count: number) => string;
  readonly onSince: string;
  readonly noCamera: string;
}

/** Of what is a member's own: password, second step, accounts elsewhere. */
export const OWN = inEach<OwnWords>(
  {
    password: 'Password',
    setNew: 'Set a new password',
    change: 'Change your password',
    leadNew:
      'You came by a mailed link: you need not know the old one. Everywhere else you will be signed out.',
    leadChange: 'You will be signed out everywhere and must sign in again.',
    byKey:
      'You are signed in with the first key, which has no password. Invite yourself at Members to have an account of your own.',
    byProvider:
      'You came with an account of your company. If you have never chosen a password here, sign out, have a link mailed and set one with it.',
    current: 'Current password',
    next: 'New password',
    atLeast: 'At least 10 characters.',
    setIt: 'Set password',
    changeIt: 'Change password',
    isSet: 'Your new password is set, and you are signed out everywhere else.',
    step: 'Second step',
    stepOff:
      'Off. With it, signing in also takes a code from an app on your phone, which whoever learns your password does not have.',
    setUp: 'Set up',
    stepKey: 'A key has no second step. Sign in with your email address.',
    recoveryHint: 'For either of these, or a recovery code.',
    newCodes: 'Make new recovery codes',
    turnOff: 'Turn off the second step',
    doneOff: 'The second step is off.',
    doneReplaced: 'This set-up is too old, or was begun anew elsewhere. Begin again.',
    scan: 'Open an authenticator app on your phone and scan the picture.',
    enter: 'Enter the six digits that it shows.',
    picture: 'The picture to scan with the app',
    openApp: 'Open the app on this phone',
    fromApp: 'Code from the app',
    turnOn: 'Turn on the second step',
    writeDown:
      'Write these recovery codes down and keep them apart from your phone. Each signs you in once in place of a code from the app. They are not shown again.',
    enrol: 'Set up the second step',
    enrolLead:
      'Your shop asks its members for a code from an app on their phone when they sign in.',
    enrolled: 'The second step is on',
    recoveryTitle: 'Recovery codes',
    openDesk: 'Open the desk',
    accounts: 'Accounts',
    accountsTitle: 'Accounts that sign you in',
    keyNoAccounts: 'A key has no accounts. Sign in with your email address.',
    noSignIn: 'Your shop has set up no sign-in of a company. An owner does that at “Sign-in”.',
    signInHead: 'Sign-in',
    connectedHead: 'Connected',
    no: 'no',
    connect: 'Connect',
    disconnect: 'Disconnect',
    doneConnected: 'Connected: from now on you can sign in with this account, too.',
    doneDisconnected: 'Disconnected: this account opens the desk no more.',
    accountsLead: (merchant) =>
      `With an account of your company you sign in to ${merchant} without a password.`,
    codesLeft: (count) =>
      count === 1 ? '1 recovery code is left.' : `${count} recovery codes are left.`,
    onSince: 'On since',
    noCamera: 'No camera? Type this into the app:',
  },
  {
    de: {
      password: 'Passwort',
      setNew: 'Neues Passwort festlegen',
      change: 'Passwort ändern',
      leadNew:
        'Sie kamen mit einem Link aus einer Mail: Ihr bisheriges Passwort brauchen Sie dafür nicht. Überall sonst werden Sie abgemeldet.',
      leadChange: 'Sie werden überall abgemeldet und müssen sich neu anmelden.',
      byKey:
        'Sie sind mit dem ersten Schlüssel angemeldet, der kein Passwort hat. Laden Sie sich unter „Mitglieder“ selbst ein, um ein eigenes Konto zu haben.',
      byProvider:
        'Sie kamen mit einem Konto Ihrer Firma. Haben Sie hier nie ein Passwort gewählt, melden Sie sich ab, lassen sich einen Link schicken und legen damit eines fest.',
      current: 'Bisheriges Passwort',
      next: 'Neues Passwort',
      atLeast: 'Mindestens 10 Zeichen.',
      setIt: 'Passwort festlegen',
      changeIt: 'Passwort ändern',
      isSet: 'Ihr neues Passwort gilt, und überall sonst sind Sie abgemeldet.',
      step: 'Zweiter Schritt',
      stepOff:
        'Aus. Mit ihm braucht die Anmeldung auch einen Code aus einer App auf Ihrem Telefon, den niemand hat, der nur Ihr Passwort erfährt.',
      setUp: 'Einrichten',
      stepKey:
        'Ein Schlüssel hat keinen zweiten Schritt. Melden Sie sich mit Ihrer E-Mail-Adresse an.',
      recoveryHint: 'Für beides, oder ein Ersatzcode.',
      newCodes: 'Neue Ersatzcodes',
      turnOff: 'Zweiten Schritt ausschalten',
      doneOff: 'Der zweite Schritt ist aus.',
      doneReplaced:
        'Diese Einrichtung ist zu alt oder wurde woanders neu begonnen. Beginnen Sie noch einmal.',
      scan: 'Öffnen Sie auf dem Telefon eine Authenticator-App und scannen Sie das Bild.',
      enter: 'Geben Sie die sechs Ziffern ein, die sie zeigt.',
      picture: 'Das Bild zum Scannen mit der App',
      openApp: 'Die App auf diesem Telefon öffnen',
      fromApp: 'Code aus der App',
      turnOn: 'Zweiten Schritt einschalten',
      writeDown:
        'Schreiben Sie diese Ersatzcodes auf und heben Sie sie getrennt vom Telefon auf. Jeder gilt einmal anstelle eines Codes aus der App. Sie werden nicht noch einmal gezeigt.',
      enrol: 'Zweiten Schritt einrichten',
      enrolLead:
        'Ihr Shop verlangt von allen Mitgliedern beim Anmelden einen Code aus einer App auf dem Telefon.',
      enrolled: 'Der zweite Schritt ist an',
      recoveryTitle: 'Ersatzcodes',
      openDesk: 'Zu den Sendungen',
      accounts: 'Verknüpfte Konten',
      accountsTitle: 'Konten, mit denen Sie sich anmelden',
      keyNoAccounts: 'Ein Schlüssel hat keine Konten. Melden Sie sich mit Ihrer E-Mail-Adresse an.',
      noSignIn:
        'Ihr Shop hat keine Anmeldung über ein Firmenkonto eingerichtet. Das macht, wer ihn verwaltet, unter „Anmeldung“.',
      signInHead: 'Anmeldung',
      connectedHead: 'Verknüpft',
      no: 'nein',
      connect: 'Verknüpfen',
      disconnect: 'Trennen',
      doneConnected: 'Verknüpft: von jetzt an können Sie sich auch mit diesem Konto anmelden.',
      doneDisconnected: 'Getrennt: mit diesem Konto kommt man nicht mehr herein.',
      accountsLead: (merchant) =>
        `Mit einem Konto Ihrer Firma melden Sie sich bei ${merchant} ohne Passwort an.`,
      codesLeft: (count) =>
        count === 1 ? '1 Ersatzcode ist übrig.' : `${count} Ersatzcodes sind übrig.`,
      onSince: 'An seit',
      noCamera: 'Keine Kamera? Tippen Sie das in die App:',
    },
    es: {
      password: 'Contraseña',
      setNew: 'Elegir una contraseña nueva',
      change: 'Cambiar la contraseña',
      leadNew:
        'Ha entrado con un enlace de un correo: no necesita la anterior. En todos los demás sitios se cerrará su sesión.',
      leadChange: 'Se cerrará su sesión en todas partes y tendrá que entrar de nuevo.',
      byKey:
        'Ha iniciado sesión con la primera clave, que no tiene contraseña. Invítese en «Miembros» para tener una cuenta propia.',
      byProvider:
        'Ha entrado con una cuenta de su empresa. Si nunca eligió aquí una contraseña, salga, pida un enlace por correo y elija una con él.',
      current: 'Contraseña actual',
      next: 'Contraseña nueva',
      atLeast: 'Al menos 10 caracteres.',
      setIt: 'Guardar la contraseña',
      changeIt: 'Cambiar la contraseña',
      isSet: 'Su nueva contraseña ya vale, y se ha cerrado su sesión en los demás sitios.',
      step: 'Segundo paso',
      stepOff:
        'Desactivado. Con él, para entrar también hace falta un código de una aplicación de su teléfono, que no tiene quien solo averigüe su contraseña.',
      setUp: 'Configurar',
      stepKey: 'Una clave no tiene segundo paso. Entre con su correo electrónico.',
      recoveryHint: 'Para cualquiera de los dos, o un código de reserva.',
      newCodes: 'Crear códigos de reserva nuevos',
      turnOff: 'Desactivar el segundo paso',
      doneOff: 'El segundo paso está desactivado.',
      doneReplaced:
        'Esta configuración es demasiado antigua o se empezó de nuevo en otro sitio. Empiece otra vez.',
      scan: 'Abra en su teléfono una aplicación de códigos y escanee la imagen.',
      enter: 'Escriba los seis dígitos que muestra.',
      picture: 'La imagen que se escanea con la aplicación',
      openApp: 'Abrir la aplicación en este teléfono',
      fromApp: 'Código de la aplicación',
      turnOn: 'Activar el segundo paso',
      writeDown:
        'Anote estos códigos de reserva y guárdelos lejos del teléfono. Cada uno vale una vez en lugar de un código de la aplicación. No se vuelven a mostrar.',
      enrol: 'Configurar el segundo paso',
      enrolLead:
        'Su tienda pide a sus miembros un código de una aplicación del teléfono al entrar.',
      enrolled: 'El segundo paso está activado',
      recoveryTitle: 'Códigos de reserva',
      openDesk: 'Ir a los envíos',
      accounts: 'Cuentas',
      accountsTitle: 'Cuentas con las que entra',
      keyNoAccounts: 'Una clave no tiene cuentas. Entre con su correo electrónico.',
      noSignIn:
        'Su tienda no ha configurado el acceso de ninguna empresa. Lo hace un propietario en «Acceso».',
      signInHead: 'Acceso',
      connectedHead: 'Vinculada',
      no: 'no',
      connect: 'Vincular',
      disconnect: 'Desvincular',
      doneConnected: 'Vinculada: desde ahora también puede entrar con esta cuenta.',
      doneDisconnected: 'Desvinculada: esta cuenta ya no da acceso.',
      accountsLead: (merchant) =>
        `Con una cuenta de su empresa entra en ${merchant} sin contraseña.`,
      codesLeft: (count) =>
        count === 1 ? 'Queda 1 código de reserva.' : `Quedan ${count} códigos de reserva.`,
      onSince: 'Activado desde',
      noCamera: '¿Sin cámara? Escriba esto en la aplicación:',
    },
    fr: {
      password: 'Mot de passe',
      setNew: 'Choisir un nouveau mot de passe',
      change: 'Changer le mot de passe',
      leadNew:
        'Vous êtes venu par un lien reçu par e-mail : l’ancien n’est pas nécessaire. Partout ailleurs, vous serez déconnecté.',
      leadChange: 'Vous serez déconnecté partout et devrez vous reconnecter.',
      byKey:
        'Vous êtes connecté avec la première clé, qui n’a pas de mot de passe. Invitez-vous sous « Membres » pour avoir votre propre compte.',
      byProvider:
        'Vous êtes venu avec un compte de votre société. Si vous n’avez jamais choisi de mot de passe ici, déconnectez-vous, demandez un lien par e-mail et choisissez-en un avec lui.',
      current: 'Mot de passe actuel',
      next: 'Nouveau mot de passe',
      atLeast: 'Au moins 10 caractères.',
      setIt: 'Enregistrer le mot de passe',
      changeIt: 'Changer le mot de passe',
      isSet: 'Votre nouveau mot de passe est valable, et vous êtes déconnecté partout ailleurs.',
      step: 'Deuxième étape',
      stepOff:
        'Désactivée. Avec elle, la connexion demande aussi un code d’une application de votre téléphone, que ne possède pas quelqu’un qui ne connaît que votre mot de passe.',
      setUp: 'Configurer',
      stepKey: 'Une clé n’a pas de deuxième étape. Connectez-vous avec votre adresse e-mail.',
      recoveryHint: 'Pour l’un ou l’autre, ou un code de secours.',
      newCodes: 'Créer de nouveaux codes de secours',
      turnOff: 'Désactiver la deuxième étape',
      doneOff: 'La deuxième étape est désactivée.',
      doneReplaced:
        'Cette configuration est trop ancienne ou a été recommencée ailleurs. Recommencez.',
      scan: 'Ouvrez une application de codes sur votre téléphone et scannez l’image.',
      enter: 'Saisissez les six chiffres qu’elle montre.',
      picture: 'L’image à scanner avec l’application',
      openApp: 'Ouvrir l’application sur ce téléphone',
      fromApp: 'Code de l’application',
      turnOn: 'Activer la deuxième étape',
      writeDown:
        'Notez ces codes de secours et gardez-les loin du téléphone. Chacun vaut une fois à la place d’un code de l’application. Ils ne seront plus montrés.',
      enrol: 'Configurer la deuxième étape',
      enrolLead:
        'Votre boutique demande à ses membres un code d’une application du téléphone à la connexion.',
      enrolled: 'La deuxième étape est activée',
      recoveryTitle: 'Codes de secours',
      openDesk: 'Aller aux envois',
      accounts: 'Comptes',
      accountsTitle: 'Comptes qui vous connectent',
      keyNoAccounts: 'Une clé n’a pas de comptes. Connectez-vous avec votre adresse e-mail.',
      noSignIn:
        'Votre boutique n’a configuré la connexion d’aucune société. Un propriétaire le fait dans « Connexion ».',
      signInHead: 'Connexion',
      connectedHead: 'Associé',
      no: 'non',
      connect: 'Associer',
      disconnect: 'Dissocier',
      doneConnected: 'Associé : désormais, vous pouvez aussi vous connecter avec ce compte.',
      doneDisconnected: 'Dissocié : ce compte n’ouvre plus rien ici.',
      accountsLead: (merchant) =>
        `Avec un compte de votre société, vous entrez chez ${merchant} sans mot de passe.`,
      codesLeft: (count) =>
        fr(count, 'Il reste # code de secours.', 'Il reste # codes de secours.'),
      onSince: 'Activée depuis',
      noCamera: 'Pas d’appareil photo ? Saisissez ceci dans l’application :',
    },
  },
);
