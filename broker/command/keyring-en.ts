/** What an operator reads of changing keys, in English. */
export const keyringInEnglish = {
  list: 'show which keys count, until when, and how many stations follow',
  rotate: 'make a new signing key; the one before it ends within 30 days',
  days: 'how many days the new signing key counts',
  revoke: 'take keys back at once: what they alone have ordered falls silent and is refused',
  kid: 'name of the key, as `keys list` shows it; several are possible',
  sign: 'sign a requested manifest, on the machine where the root key is',
  signRequest: 'the request that the centre wrote',
  signRoot: "the root key's file (PEM)",
  signOut: 'where to write the signed manifest',
  import: 'bring in a manifest that was signed elsewhere',
  importFile: 'the signed manifest',
  rotated: (kid: string) => `The new signing key is ${kid}.`,
  inForce: (version: number) => `Manifest version ${version} is in force.`,
  toSign: (file: string, version: number) =>
    `The root key is not on this machine, so nothing has changed yet. Take ${file} to it, look at what it asks for, and run there:\n\n    loa-broker keys sign REQUEST --root root.pem --out manifest-${version}.jws\n\nThen, here: loa-broker keys import manifest-${version}.jws`,
  signed: (centre: string, version: number, file: string) =>
    `You have signed version ${version} of the keys of ${centre}: ${file}`,
  added: (what: string) => `  new: ${what}`,
  revoked: (kid: string) => `  revoked: ${kid}`,
  dropped: (kid: string) => `  listed no more: ${kid}`,
  signingKey: 'signing key of the centre',
  clientKey: (client: string, priorities: string) => `client ${client} (${priorities})`,
  head: ['key', 'what it is', 'state', 'until'],
  states: { signs: 'signs', counts: 'counts', ended: 'ended', revoked: 'revoked' },
  forEver: 'for ever',
  manifest: (version: number, issued: string) => `Manifest version ${version} of ${issued}.`,
  rootHere: 'The root key is on this machine.',
  rootElsewhere: 'The root key is on another machine.',
  follow: (count: number, of: number) => `Stations that follow it: ${count} of ${of}.`,
  behind: (stations: string) => `These have not said so yet: ${stations}`,
  notRunning: 'The centre is not running, so nobody knows which stations follow.',
  clients: 'ordering clients',
  clientsRevoke: "take back a client's keys and certificates and end its session",
  clientRevoked: (client: string, keys: number, certificates: number) =>
    keys + certificates === 0
      ? `${client} has no key and no certificate that counts.`
      : `${client} is cut off: keys ${keys}, certificates ${certificates}.`,
  clientOrders: (orders: readonly string[]) =>
    `Its orders that are still in force (loa-broker order cancel ID):\n${orders.map((id) => `  ${id}`).join('\n')}`,
  unknown: (kid: string) => `There is no key ${kid} that counts. See: loa-broker keys list`,
  tooManyRevoked: (most: string) =>
    `The manifest remembers ${most} revoked signing keys already and forgets none, so nothing was changed. The stations need a new root key: make a new centre and enrol them there.`,
  noToken: (file: string) =>
    `The API token in ${file} is missing or damaged. Restore the file from a backup, or make a new token and start the centre again: openssl rand -hex 32 > ${file}`,
  noRequest: (file: string) =>
    `${file} is no request of a centre, or does not follow the manifest in force. Ask for it anew.`,
  noRoot: (file: string) => `${file} is no root key.`,
  otherRoot: (file: string) => `${file} belongs to another root key. Is it the right centre, and the right file?`,
  superseded: (file: string) =>
    `${file} is not later than the manifest in force, or is another centre's. Nothing was changed.`,
} as const;
