const unsignedCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Why nothing was sent, for people: what is wrong and, where it helps, what to do. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (error.name === 'PrivateAddressError' || code === null) return error.message;
  if (unsignedCodes.has(code))
    return `no connection (${code}): expected a certificate of a known authority. Give the receiver one, or name its authority's file in NODE_EXTRA_CA_CERTS`;
  if (code === 'CERT_HAS_EXPIRED') return `no connection (${code}): the receiver's certificate has expired. Renew it`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `no connection (${code}): the receiver's certificate is for another host. Correct the host or the certificate`;
  return `no connection (${code})`;
}

/** A part of a path that is shorter is a word, not a secret. */
const secretLengthMin = 8;

/** Receivers like to repeat what they did not understand: the path of a URL, a key. What must not be told is taken out, before anything is cut. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const hidden = secrets.flatMap((secret) => (URL.canParse(secret) ? [secret, ...partsOf(new URL(secret))] : [secret]));
  const longestFirst = [...new Set(hidden.flatMap(spellingsOf))]
    .filter((part) => part.length >= secretLengthMin)
    .toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((left, part) => left.replaceAll(part, '(not shown)'), text);
}

function partsOf({ href, pathname, search }: URL): readonly string[] {
  return [href, pathname + search, pathname, search, ...pathname.split('/'), ...search.split(/[?&=]/)];
}

/** As it is written in the URL, and as a receiver reads it. */
function spellingsOf(part: string): readonly string[] {
  try {
    return [part, decodeURIComponent(part)];
  } catch {
    return [part];
  }
}
